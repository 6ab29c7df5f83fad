import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Assembly } from '../../src/daemon/engine/host/pieces/assembly.ts'
import { BegunPiece } from '../../src/daemon/engine/host/pieces/begun-piece.ts'
import { BlockProof } from '../../src/daemon/engine/host/pieces/block-proof.ts'
import { DescriptorPool } from '../../src/daemon/engine/storage/descriptor-pool.ts'
import { partsLength, sliceParts } from '../../src/daemon/engine/storage/parts.ts'
import { PieceWriter } from '../../src/daemon/engine/storage/piece-writer.ts'
import { Storage } from '../../src/daemon/engine/storage/storage.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { file, makeTorrent, wrongFiles } from './support/data.ts'
import { tempFolder } from './support/engine.ts'

const block = 16384

/** A storage whose writes end when the test says so. */
function slowDisk(): {
  writes: { start: number; length: number; end: (error?: Error) => void }[]
  writeParts: (start: number, parts: readonly Uint8Array[], length: number) => Promise<void>
} {
  const writes: { start: number; length: number; end: (error?: Error) => void }[] = []
  return {
    writes,
    writeParts: (start, parts, length) => {
      assert.equal(partsLength(parts), length)
      return new Promise((resolve, reject) => {
        writes.push({ start, length, end: (error) => (error === undefined ? resolve() : reject(error)) })
      })
    },
  }
}

test('neighbours that wait are written in one go, and each is told of', async () => {
  const disk = slowDisk()
  const writer = new PieceWriter(disk, () => 1000, assert.ifError)
  const done: number[] = []
  for (const start of [0, 500, 130, 110, 120, 100])
    writer.write(start, [new Uint8Array(10)], 10, () => done.push(start))
  assert.deepEqual(
    disk.writes.map(({ start, length }) => [start, length]),
    [
      [0, 10],
      [500, 10],
    ],
  )
  disk.writes[0]!.end()
  await turn()
  assert.deepEqual(
    disk.writes.slice(2).map(({ start, length }) => [start, length]),
    [[130, 10]],
  )
  disk.writes[1]!.end()
  await turn()
  assert.deepEqual(
    disk.writes.slice(3).map(({ start, length }) => [start, length]),
    [[110, 20]],
  )
  disk.writes[2]!.end()
  disk.writes[3]!.end()
  await turn()
  disk.writes[4]!.end()
  await turn()
  assert.deepEqual(done, [0, 500, 130, 110, 120, 100])
  assert.equal(writer.queued, 0)
})

test('max_queued_disk_bytes: whoever brings more waits until half of it is written', async () => {
  const disk = slowDisk()
  const writer = new PieceWriter(disk, () => 100, assert.ifError)
  let drained = 0
  writer.write(0, [new Uint8Array(60)], 60, () => {})
  writer.whenDrained(() => drained++)
  assert.deepEqual([writer.full, drained], [false, 1])
  writer.write(1000, [new Uint8Array(60)], 60, () => {})
  writer.whenDrained(() => drained++)
  assert.deepEqual([writer.full, drained], [true, 1])
  disk.writes[0]!.end()
  await turn()
  assert.deepEqual([writer.full, drained], [false, 1], 'there is room, but little')
  disk.writes[1]!.end()
  await turn()
  assert.equal(drained, 2)
})

test('after a write that failed nothing is written, nobody waits, and one hears of it', async () => {
  const disk = slowDisk()
  const failures: string[] = []
  const writer = new PieceWriter(
    disk,
    () => 10,
    ({ message }) => failures.push(message),
  )
  let done = 0
  let drained = 0
  for (let at = 0; at < 5; at++) writer.write(at * 100, [new Uint8Array(50)], 50, () => done++)
  writer.whenDrained(() => drained++)
  disk.writes[0]!.end(new Error('disk full'))
  disk.writes[1]!.end(new Error('disk full'))
  await turn()
  assert.deepEqual([failures, done, drained, disk.writes.length], [['disk full'], 0, 1, 2])
})

test('a stretch of parts is the bytes that lie there, uncopied', () => {
  const all = Buffer.from(Array.from({ length: 50 }, (_, at) => at))
  const parts = [all.subarray(0, 7), all.subarray(7, 8), all.subarray(8, 30), all.subarray(30)]
  for (let from = 0; from < 50; from++) {
    for (let length = 1; from + length <= 50; length += 3) {
      const found = sliceParts(parts, from, length)
      assert.deepEqual(Buffer.concat(found), all.subarray(from, from + length))
      for (const part of found) assert.equal(part.buffer, all.buffer)
    }
  }
})

test('blocks that wait for one that does not come are written, and the piece is hashed from the disk', async (t) => {
  const pieceLength = 96 << 20
  const folder = await tempFolder(t)
  const torrent = makeTorrent([file('large', pieceLength)], pieceLength)
  const storage = new Storage(torrent.meta, torrent.id, folder, new DescriptorPool(4), [])
  await storage.prepare()
  const done: number[] = []
  const events = {
    done: (begun: BegunPiece) => done.push(begun.index),
    bad: assert.fail,
    cleared: assert.fail,
    failed: assert.ifError,
  }
  const writer = new PieceWriter(storage, () => 1 << 20, assert.ifError)
  const assembly = new Assembly(storage, writer, () => false, events)
  const begun = new BegunPiece(0, pieceLength)
  const { bytes } = torrent.files[0]!
  let most = 0
  for (let at = begun.blocks - 1; at >= 0; at--) {
    begun.receive(at, t)
    assembly.add(begun, at, bytes.subarray(at * block, (at + 1) * block))
    most = Math.max(most, assembly.bytes)
  }
  await waitUntil('the piece is there', () => done.length === 1)
  assert.ok(most <= 65 << 20, `${most} bytes were held`)
  assert.equal(assembly.bytes, 0)
  await storage.close()
  assert.deepEqual(await wrongFiles(folder, torrent.files), [])
})

test('a large piece goes to the disk while it comes, a bad one tells its blocks from there', async (t) => {
  const pieceLength = 16 << 20
  const folder = await tempFolder(t)
  const torrent = makeTorrent([file('large', pieceLength)], pieceLength)
  const storage = new Storage(torrent.meta, torrent.id, folder, new DescriptorPool(4), [])
  await storage.prepare()
  const proof = new BlockProof()
  const [honest, liar] = [{}, {}]
  let bad: readonly string[] | null = null
  let liars: object[] = []
  let done = 0
  const writer = new PieceWriter(storage, () => 1 << 20, assert.ifError)
  const assembly = new Assembly(storage, writer, (piece) => proof.suspects(piece), {
    done: () => done++,
    bad: (begun, blocks) => {
      bad = blocks
      proof.bad(
        0,
        blocks,
        blocks.map((_, at) => begun.sender(at)),
      )
    },
    cleared: (_begun, blocks) => {
      liars = proof.right(0, blocks)
    },
    failed: assert.ifError,
  })
  const { bytes } = torrent.files[0]!
  let most = 0
  const bring = (lie: boolean) => {
    const begun = new BegunPiece(0, pieceLength)
    for (let at = 0; at < begun.blocks; at++) {
      const wrong = lie && at === 77
      begun.receive(at, wrong ? liar : honest)
      const data = Uint8Array.from(bytes.subarray(at * block, (at + 1) * block))
      if (wrong) data[5]! ^= 1
      assembly.add(begun, at, data)
      data.fill(0)
      most = Math.max(most, assembly.bytes)
    }
  }
  bring(true)
  await waitUntil('the piece is bad', () => bad !== null)
  assert.ok(most <= 5 << 20, `${most} bytes were held`)
  const right = createHash('sha1').update(bytes.subarray(0, block)).digest('base64')
  assert.equal(bad![0], right)
  bring(false)
  await waitUntil('the piece is there', () => done === 1)
  assert.deepEqual(liars, [liar], 'the one that sent the wrong block, and no other')
  await storage.close()
  assert.deepEqual(await wrongFiles(folder, torrent.files), [])
})
