import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { fileProgress } from '../../../src/daemon/engine/file-progress.ts'
import { pause } from '../../../src/daemon/session/actions/control.ts'
import {
  filePriorities,
  fileProgressOf,
  filesOf,
  prioritizeFiles,
} from '../../../src/daemon/session/actions/files.ts'
import type { TorrentRecord } from '../../../src/daemon/session/torrent/record.ts'
import { parseTorrent } from '../../../src/metainfo/index.ts'
import { base64, openSession, type TestSession, torrentBytes } from '../harness.ts'

// pieces of 16384 bytes: file0 is 0 and part of 1, file1 the rest of 1 and part of 2, file2 the rest of 2, and 3
const bytes = torrentBytes('one', [20_000, 20_000, 20_000])
const ti = base64(bytes)

const look = (s: TestSession, record: TorrentRecord) => {
  const { state, progress, is_finished, total_wanted, total_wanted_done, queue_position } = s.status(record)
  return { state, progress, is_finished, total_wanted, total_wanted_done, queue_position }
}

test('the list is filled up, cut and clamped', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  for (const [given, read, wanted] of [
    [[4, 0, 4], [4, 0, 4], 60_000],
    [[], [4, 4, 4], 60_000],
    [[0], [0, 4, 4], 43_616],
    [[0, 0, 0, 0, 9], [0, 0, 0], 0],
    [[8, -1, 2 ** 40], [7, 7, 7], 60_000],
    [[1, 7, 300], [1, 7, 7], 60_000],
  ] as const) {
    prioritizeFiles(s.session, record, given)
    assert.deepEqual(await filePriorities(s.session, record), read)
    assert.equal(s.status(record).total_wanted, wanted)
    await s.settle()
    const told = s.engine.loaded.get(record.row.v1)?.filePriorities ?? []
    assert.deepEqual(
      read.map((_, i) => told[i] ?? 4),
      read,
    )
  }
  assert.equal(s.engine.calls.filter((call) => call.startsWith('load')).length, 1)
})

test('before metadata the list is kept as it is', async (t) => {
  const s = openSession(t)
  const record = s.add({ info_hash: '12'.repeat(20) })
  assert.deepEqual(await filePriorities(s.session, record), [])
  prioritizeFiles(s.session, record, [0, 9, -1])
  assert.deepEqual(await filePriorities(s.session, record), [0, 7, 7])
  prioritizeFiles(s.session, record, [])
  assert.deepEqual(await filePriorities(s.session, record), [])
})

test('what is wanted decides at once whether a torrent is finished, running or not', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, file_priorities: [4, 0, 4] })
  await s.settle()
  const id = record.row.v1
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0b1011_0000), done: 43_616, wantedPartial: 0 })
  assert.equal(s.status(record).state, 'downloading', 'piece 1 is shared with a wanted file')
  prioritizeFiles(s.session, record, [0, 0, 4])
  assert.deepEqual(look(s, record), {
    state: 'finished',
    progress: 1,
    is_finished: true,
    total_wanted: 27_232,
    total_wanted_done: 27_232,
    queue_position: -1,
  })
  assert.equal(s.status(record).completed_time, s.clock.time())
  assert.equal(s.status(record).is_seeding, false)

  pause(s.session, record)
  await s.settle()
  assert.equal(s.engine.loaded.size, 0)
  prioritizeFiles(s.session, record, [4, 4, 4])
  assert.deepEqual(look(s, record), {
    state: 'downloading',
    progress: Math.floor((43_616 / 60_000) * 1e6) / 1e6,
    is_finished: false,
    total_wanted: 60_000,
    total_wanted_done: 43_616,
    queue_position: 0,
  })
  assert.equal(s.status(record).completed_time, 0)
  await s.settle()
  assert.equal(
    s.engine.calls.at(-1),
    'placeFiles 0,0,4 -> ',
    'files that became wanted are made, running or not',
  )
  prioritizeFiles(s.session, record, [0, 0, 0])
  assert.deepEqual([look(s, record).state, look(s, record).progress], ['finished', 1])
  await s.close()

  const again = openSession(t, { folder: dirname(s.store.path) })
  await again.settle()
  const kept = again.session.get(id)
  assert.equal(look(again, kept).state, 'finished')
  assert.deepEqual(await filePriorities(again.session, kept), [0, 0, 0])
  prioritizeFiles(again.session, kept, [])
  assert.equal(look(again, kept).state, 'downloading')
})

test('blocks of unfinished pieces count on while priorities change', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  await s.settle()
  const id = record.row.v1
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0x80), done: 16_384 + 3000, wantedPartial: 3000 })
  prioritizeFiles(s.session, record, [4, 0, 0])
  assert.equal(s.status(record).total_wanted_done, 19_384)
  s.engine.say({ id, wantedPartial: 2000 })
  assert.equal(s.status(record).total_wanted_done, 18_384)
})

test('bytes of files: the engine is asked when it may know more', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti })
  const progress = () => fileProgressOf(s.session, record)
  assert.deepEqual(await progress(), [0, 0, 0])
  await s.settle()
  const id = record.row.v1
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0b0101_0000) })
  assert.deepEqual(await progress(), [3616, 12_768, 10_848])
  s.engine.fileProgressAnswers.set(id, [4000, 12_768, 10_848])
  assert.deepEqual(await progress(), [4000, 12_768, 10_848])
  assert.deepEqual(
    (await filesOf(s.session, record)).map((file) => file.progress),
    [4000, 12_768, 10_848],
  )
  s.engine.next.fileProgress = [new Error('it has ended')]
  assert.deepEqual(await progress(), [3616, 12_768, 10_848])
  s.engine.say({ id, have: Uint8Array.of(0xf0) })
  assert.deepEqual(await progress(), [20_000, 20_000, 20_000])
})

test('blocks are shared out among the files that they hold', () => {
  const { files, totalSize } = parseTorrent(torrentBytes('blocks', [1000, 0, 20_000, 30_000]))
  const layout = { files, totalSize, pieceLength: 32_768, numPieces: 2 }
  const none = new Uint8Array(1)
  const blocks = (...there: number[]) => ({ received: 0, hasBlock: (block: number) => there.includes(block) })
  assert.deepEqual(fileProgress(layout, none), [0, 0, 0, 0])
  assert.deepEqual(fileProgress(layout, none, [{ index: 0, ...blocks(0) }]), [1000, 0, 15_384, 0])
  assert.deepEqual(fileProgress(layout, none, [{ index: 0, ...blocks(1) }]), [0, 0, 4616, 11_768])
  assert.deepEqual(fileProgress(layout, none, [{ index: 1, ...blocks(1) }]), [0, 0, 0, 1848])
  assert.deepEqual(
    fileProgress(layout, Uint8Array.of(0x80), [{ index: 0, ...blocks(0, 1) }]),
    [1000, 0, 20_000, 11_768],
  )
})
