import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'

/** The server's end of WebSockets (RFC 6455), as far as an odd server needs it. */

export function accept(request: string): string {
  const key = /^sec-websocket-key: *(.*?) *$/im.exec(request)?.[1] ?? ''
  const hash = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${hash}\r\n\r\n`
}

/** One frame; a client must not see masks. */
export function wsFrame(
  opcode: number,
  payload: Uint8Array,
  { final = true, reserved = 0, masked = false } = {},
): Buffer {
  const head = [(final ? 0x80 : 0) | (reserved << 4) | opcode]
  const mask = masked ? 0x80 : 0
  if (payload.length < 126) head.push(mask | payload.length)
  else if (payload.length < 65_536) head.push(mask | 126, payload.length >> 8, payload.length & 255)
  else head.push(mask | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (payload.length >>> shift) & 255))
  return Buffer.concat([Buffer.from(head), masked ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0), payload])
}

/** Calls `text` with each text message of a client; control frames and what cannot be read are skipped. */
export function readFrames(socket: Socket, before: Buffer, text: (message: string) => void): void {
  let left = before
  const take = (chunk: Buffer) => {
    left = Buffer.concat([left, chunk])
    for (;;) {
      if (left.length < 6) return
      const short = left[1]! & 127
      const extra = short === 126 ? 2 : short === 127 ? 8 : 0
      if (left.length < 2 + extra + 4) return
      const length =
        short === 126 ? left.readUInt16BE(2) : short === 127 ? Number(left.readBigUInt64BE(2)) : short
      const start = 2 + extra + 4
      if (left.length < start + length) return
      const mask = left.subarray(start - 4, start)
      const payload = Buffer.from(left.subarray(start, start + length)).map(
        (byte, index) => byte ^ mask[index % 4]!,
      )
      const opcode = left[0]! & 15
      left = left.subarray(start + length)
      if (opcode === 1) text(Buffer.from(payload).toString())
    }
  }
  socket.on('data', take)
  take(Buffer.alloc(0))
}
