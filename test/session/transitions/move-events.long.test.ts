// Every move that was asked for ends in an event, whatever comes between.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { moveTorrent } from '../../../src/daemon/session/actions/move-storage.ts'
import { removeTorrent } from '../../../src/daemon/session/actions/remove.ts'
import { base64, openSession, type TestSession, testFolder, torrentBytes } from '../harness.ts'

const ti = base64(torrentBytes('moved', [40_000, 40_000]))

/** Ends of moves, as `moved FOLDER` or `failed FOLDER: why`. */
const ends = (s: TestSession) =>
  s.told.flatMap((event) => {
    if (event.event === 'torrent_moved') return [`moved ${event.file}`]
    return event.event === 'torrent_move_failed' ? [`failed ${event.file}: ${event.error}`] : []
  })

const moves = (s: TestSession) => s.engine.calls.filter((call) => call.startsWith('moveFiles'))

test('a move to where the files are ends at once, however the folder is spelled', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, save_path: '/d//here/./' })
  await s.settle()
  assert.equal(s.status(record).save_path, '/d/here')
  const spellings = ['/d/here', '/d/here/', '//d///here', '/./d/here/.']
  for (const path of spellings) moveTorrent(s.session, record, path)
  assert.deepEqual(
    ends(s),
    spellings.map(() => 'moved /d/here'),
  )
  await s.settle()
  assert.deepEqual(moves(s), [])
  moveTorrent(s.session, record, '/d/there/')
  await s.settle()
  assert.deepEqual(ends(s).slice(4), ['moved /d/there'])
  assert.deepEqual(moves(s), ['moveFiles /d/here -> /d/there'])
})

test('a move that fails says where to and why', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, save_path: '/d' })
  await s.settle()
  s.engine.next.moveFiles = [new Error('no space left on device')]
  moveTorrent(s.session, record, '/full')
  await s.settle()
  assert.deepEqual(ends(s), ['failed /full: no space left on device'])
  assert.equal(s.status(record).save_path, '/d')
})

test('moves that others replace fail, and the last is carried out', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, save_path: '/d' })
  await s.settle()
  let go = () => {}
  s.engine.next.moveFiles = [new Promise<void>((resolve) => (go = resolve))]
  moveTorrent(s.session, record, '/one')
  await s.settle()
  for (const path of ['/two', '/two/', '/three']) moveTorrent(s.session, record, path)
  assert.deepEqual(ends(s), ['failed /two: another move was asked for, to /three'])
  moveTorrent(s.session, record, '/one')
  assert.deepEqual(ends(s).slice(1), ['failed /three: another move was asked for, to /one'])
  go()
  await s.settle()
  assert.deepEqual(ends(s).slice(2), ['moved /one'])
  assert.deepEqual(moves(s), ['moveFiles /d -> /one'])
})

test('moves of a torrent that is removed fail before it is gone', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti, save_path: '/d' })
  await s.settle()
  let go = () => {}
  s.engine.next.moveFiles = [new Promise<void>((resolve) => (go = resolve))]
  moveTorrent(s.session, record, '/one')
  moveTorrent(s.session, record, '/two')
  await s.settle()
  const gone = removeTorrent(s.session, record, false)
  const why = 'the torrent was removed'
  assert.deepEqual(ends(s), [`failed /one: ${why}`, `failed /two: ${why}`])
  assert.equal(s.told.at(-1)?.event, 'torrent_removed')
  go()
  await gone
  await s.settle()
  assert.equal(ends(s).length, 2, 'and once only')
})

test('a move that a daemon did not observed to finish ends in the next one', async (t) => {
  const folder = testFolder(t)
  const first = openSession(t, { folder })
  const record = first.add({ ti, save_path: '/d' })
  await first.settle()
  first.engine.next.moveFiles = [new Promise<void>(() => {})]
  moveTorrent(first.session, record, '/one')
  await first.settle()
  await first.close()
  const second = openSession(t, { folder })
  await second.settle()
  assert.deepEqual(ends(second), ['moved /one'])
})

test('before the metadata only the path changes, and that is said', (t) => {
  const s = openSession(t)
  const record = s.add({ info_hash: 'ab'.repeat(20), save_path: '/d' })
  moveTorrent(s.session, record, '/e/')
  assert.deepEqual(ends(s), ['moved /e'])
  assert.equal(s.status(record).save_path, '/e')
})
