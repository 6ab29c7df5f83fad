import assert from 'node:assert/strict'
import { test } from 'node:test'
import Wire from 'bittorrent-protocol'
import type { Wire as OurWire } from 'webtorrent'
import { sendQueue } from '../../src/daemon/engine/host/peers/send-queue.ts'
import { until } from './support/engine.ts'

test('news of pieces for a peer that does not read wait as numbers, and all of them come once it reads', async (t) => {
  const pieces = 200_000
  const stream = new Wire('tcpIncoming')
  const wire = stream as unknown as OurWire
  t.after(() => stream.destroy())
  sendQueue(wire)
  for (let piece = 0; piece < pieces; piece++) wire.have(piece)
  const { buffered, queue } = wire._readableState
  assert.ok(buffered < 200 << 10, `${buffered} bytes wait`)
  assert.ok(queue.length < 20_000, `${queue.length} messages wait`)
  const chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Uint8Array) => {
    chunks.push(Buffer.from(chunk))
    // more comes while it reads
    if (size === 0) wire.have(pieces)
    size += chunk.length
  })
  await until(() => size >= 9 * (pieces + 1), 'all of it comes')
  const bytes = Buffer.concat(chunks)
  for (let piece = 0; piece <= pieces; piece++) {
    assert.equal(bytes.toString('hex', 9 * piece, 9 * piece + 5), '0000000504')
    assert.equal(bytes.readUInt32BE(9 * piece + 5), piece)
  }
})
