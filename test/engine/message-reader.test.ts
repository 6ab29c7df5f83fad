import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageReader } from '../../src/daemon/engine/host/peers/message-reader.ts'

/** What a reader makes of a stream that comes in parts of this size. */
function read(stream: Buffer, part: number): string[] {
  const found: (string | Uint8Array)[] = []
  const reader = new MessageReader({
    keepAlive: () => found.push('keep-alive'),
    begins: (kind, length) => found.push(`${kind} of ${length}`),
    // looked at when its memory has been used again
    message: (bytes) => found.push(bytes),
    block: (piece, offset, bytes) =>
      found.push(`block ${piece}:${offset} ${Buffer.from(bytes).toString('hex')}`),
    done: false,
  })
  // all parts in the same memory, one after the other, as sockets give them
  const shared = Buffer.alloc(part)
  for (let at = 0; at < stream.length; at += part) {
    const count = stream.copy(shared, 0, at, at + part)
    reader.read(shared.subarray(0, count))
  }
  shared.fill(0)
  return found.map((one) => (typeof one === 'string' ? one : Buffer.from(one).toString('hex')))
}

function frame(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

test('messages are the same however the stream is cut', () => {
  const bodies = [
    Buffer.from([1]),
    Buffer.alloc(0),
    Buffer.from('0500ff', 'hex'),
    Buffer.alloc(30, 99),
    Buffer.from([2]),
  ]
  const stream = Buffer.concat(bodies.map(frame))
  const whole = bodies.flatMap((body) =>
    body.length === 0 ? ['keep-alive'] : [`${body[0]} of ${body.length}`, body.toString('hex')],
  )
  for (let part = 1; part <= stream.length; part++)
    assert.deepEqual(read(stream, part), whole, `parts of ${part}`)
})

test('blocks are the same however the stream is cut', () => {
  const block = (piece: number, offset: number, bytes: Uint8Array) => {
    const head = Buffer.alloc(9)
    head[0] = 7
    head.writeUInt32BE(piece, 1)
    head.writeUInt32BE(offset, 5)
    return Buffer.concat([head, bytes])
  }
  const bytes = Buffer.from(Array.from({ length: 40 }, (_, at) => at))
  const bodies = [
    block(1, 0, bytes),
    block(2 ** 31 + 1, 16384, bytes.subarray(7)),
    block(3, 5, Buffer.alloc(0)),
  ]
  const stream = Buffer.concat([frame(Buffer.from([1])), ...bodies.map(frame), frame(Buffer.from([2]))])
  const whole = [
    '1 of 1',
    '01',
    '7 of 49',
    `block 1:0 ${bytes.toString('hex')}`,
    '7 of 42',
    `block 2147483649:16384 ${bytes.subarray(7).toString('hex')}`,
    '7 of 9',
    'block 3:5 ',
    '2 of 1',
    '02',
  ]
  for (let part = 1; part <= stream.length; part++)
    assert.deepEqual(read(stream, part), whole, `parts of ${part}`)
})

test('a block in one chunk is not copied', () => {
  const chunk = frame(Buffer.concat([Buffer.from([7]), Buffer.alloc(8), Buffer.alloc(100, 3)]))
  let found: Uint8Array | undefined
  new MessageReader({
    keepAlive() {},
    begins() {},
    message() {},
    block(_piece, _offset, bytes) {
      found = bytes
    },
    done: false,
  }).read(chunk)
  assert.equal(found?.buffer, chunk.buffer)
})

test('a length is judged before the body comes, and nothing is kept for it', () => {
  const heads: string[] = []
  const reader = new MessageReader({
    keepAlive() {},
    begins(kind, length) {
      heads.push(`${kind} of ${length}`)
      throw new Error('too long')
    },
    message() {},
    block() {},
    done: false,
  })
  assert.throws(() => reader.read(Buffer.from('ffffffff14', 'hex')), /too long/)
  assert.deepEqual(heads, ['20 of 4294967295'])
})

test('a message in single bytes is not copied anew for each of them', (t) => {
  const { mock } = t.mock.method(Buffer, 'allocUnsafeSlow')
  assert.equal(read(frame(Buffer.alloc(1 << 18, 99)), 1).length, 2)
  const sizes = mock.calls.map(({ arguments: [size] }) => size)
  assert.ok(sizes.length <= 8, `room was made ${sizes.length} times`)
  assert.ok(Math.max(...sizes) <= 4 + (1 << 18), 'never more than the message needs')
})
