/** What a UDP tracker, or anybody who forges its address, may send in answer to a request of ours (16 bytes or more). */
export function hostileUdpAnswers(request: Buffer): Buffer[] {
  const action = request.subarray(8, 12)
  const transaction = request.subarray(12, 16)
  const other = Buffer.from(transaction.map((byte) => byte ^ 0xff))
  const message = (...parts: (Buffer | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part)))
  return [
    Buffer.alloc(0),
    Buffer.alloc(7),
    Buffer.alloc(8),
    Buffer.alloc(65_000),
    Buffer.alloc(65_000, 0xff),
    message(action),
    message(action, transaction),
    message(action, transaction, Buffer.alloc(7)),
    message(action, other, Buffer.alloc(100)),
    message([0, 0, 0, 3], other, Buffer.from('forged')),
    ...[1, 2, 4, 5, 0xff].map((kind) =>
      message([0, 0, 0, request[11]! ^ kind || 9], other, Buffer.alloc(40)),
    ),
    ...[4, 5, 0xff].map((kind) => message([0, 0, 0, kind], transaction, Buffer.alloc(40))),
    message([0xff, 0xff, 0xff, 0xff], transaction, Buffer.alloc(40)),
  ]
}
