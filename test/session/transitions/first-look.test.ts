// Seed mode: the files are trusted until one of them proves wrong.

import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setFlags } from '../../../src/daemon/session/actions/control.ts'
import { base64, openSession, testFolder, torrentBytes } from '../harness.ts'

const ti = base64(torrentBytes('one', [20_000, 20_000]))
const all = Uint8Array.of(0xe0)

/** A torrent that was added with the flag, to a folder with files of these sizes. */
async function added(t: TestContext, sizes: number[], flags = {}) {
  const folder = testFolder(t)
  if (sizes.length > 0) await mkdir(join(folder, 'one'))
  for (const [i, size] of sizes.entries()) await writeFile(join(folder, `one/file${i}`), new Uint8Array(size))
  const s = openSession(t)
  const record = s.add({ ti, save_path: folder, flags: { seed_mode: true, ...flags } })
  await s.settle()
  const shown = () => {
    const { state, flags, queue_position } = s.status(record)
    return [state, flags.includes('seed_mode'), queue_position]
  }
  return { s, record, shown, id: record.row.v1, folder }
}

test('with every file long enough a torrent is a seed without a check', async (t) => {
  const { s, record, shown, id, folder } = await added(t, [20_000, 20_001])
  assert.deepEqual(shown(), ['seeding', true, -1])
  assert.notEqual(s.status(record).completed_time, 0)
  const task = s.engine.loaded.get(id)
  assert.deepEqual([task?.have, task?.trusted], [all, true])
  s.engine.say({ id, phase: 'running', have: all, trust: 'given' })
  assert.deepEqual(shown(), ['seeding', true, -1])
  await s.close()

  const again = openSession(t, { folder: s.store.path.replace(/\/state\.db$/, '') })
  await again.settle()
  assert.equal(again.engine.loaded.get(id)?.trusted, true, 'also after a restart')
  again.engine.say({ id, phase: 'running', have: all, trust: 'proven' })
  const [same] = [...again.session.records]
  assert.deepEqual(
    [again.status(same!).state, again.status(same!).flags.includes('seed_mode'), same!.row.savePath],
    ['seeding', false, folder],
  )
})

test('the flag can be taken away, which checks; it cannot be given', async (t) => {
  const { s, record, shown } = await added(t, [20_000, 20_000])
  assert.deepEqual(setFlags(s.session, record, { seed_mode: false }), [])
  assert.deepEqual(shown(), ['checking_files', false, 0])
  assert.match(setFlags(s.session, record, { seed_mode: true }).join(), /only be set when a torrent is added/)
})

test('a piece that proves wrong has everything checked', async (t) => {
  const { s, shown, id } = await added(t, [20_000, 20_000])
  s.engine.say({ id, phase: 'running', have: all, trust: 'given' })
  s.engine.say({ id, trust: 'broken' })
  assert.deepEqual(shown(), ['checking_files', false, 0])
  await s.settle()
  const task = s.engine.loaded.get(id)
  assert.deepEqual([task?.have, task?.trusted], [null, false])
  s.engine.checked(id, Uint8Array.of(0xc0))
  assert.deepEqual(shown(), ['downloading', false, 0])
})

test('a file that is missing or too short ends it at once, also while paused', async (t) => {
  for (const [sizes, state] of [
    [[20_000, 19_999], 'checking_files'],
    [[20_000], 'checking_files'],
    [[], 'checking_files'],
  ] as const) {
    const { shown } = await added(t, [...sizes], { auto_managed: false, paused: true })
    assert.deepEqual(shown(), [state, false, 0], `files of ${sizes}`)
  }
})

test('files that are gone when the torrent is loaded again end it too', async (t) => {
  const { s, shown, id } = await added(t, [20_000, 20_000])
  s.engine.say({ id, phase: 'running', have: Uint8Array.of(0), trust: 'none' })
  assert.deepEqual(shown(), ['downloading', false, 0])
})
