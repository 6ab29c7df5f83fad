import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause, resume } from '../../../src/daemon/session/actions/control.ts'
import { prioritizeFiles } from '../../../src/daemon/session/actions/files.ts'
import { moveInQueue } from '../../../src/daemon/session/actions/queue-position.ts'
import { removeTorrent } from '../../../src/daemon/session/actions/remove.ts'
import {
  isChecking,
  isFinished,
  isManaged,
  isPaused,
} from '../../../src/daemon/session/torrent/predicates.ts'
import type { TorrentRecord } from '../../../src/daemon/session/torrent/record.ts'
import { recheck } from '../../../src/daemon/session/transitions/recheck.ts'
import { base64, openSession, type TestSession, taskError, torrentBytes } from '../harness.ts'
import { random } from '../random.ts'

const steps: Record<
  string,
  (s: TestSession, record: TorrentRecord | undefined, pick: (n: number) => number) => unknown
> = {
  add: ({ add }, _, pick) => add({ ti: base64(torrentBytes(`t${pick(1e9)}`, 40_000)) }),
  remove: ({ session }, record) => record && removeTorrent(session, record, false),
  pause: ({ session }, record) => record && pause(session, record),
  resume: ({ session }, record) => record && resume(session, record),
  recheck: ({ session }, record) => record && recheck(session, record),
  finish: ({ engine }, record) =>
    record?.engine.loaded && engine.say({ id: record.row.v1, phase: 'running', have: Uint8Array.of(0xe0) }),
  unfinish: ({ engine }, record) =>
    record?.engine.loaded && engine.checked(record.row.v1, Uint8Array.of(0x40)),
  fail: ({ engine }, record) =>
    record?.engine.loaded && engine.say({ id: record.row.v1, phase: 'stopped', error: taskError('x', null) }),
  top: ({ session }, record) => record && moveInQueue(session, record, 'top'),
  up: ({ session }, record) => record && moveInQueue(session, record, 'up'),
  down: ({ session }, record) => record && moveInQueue(session, record, 'down'),
  bottom: ({ session }, record) => record && moveInQueue(session, record, 'bottom'),
  prioritize: ({ session }, record, pick) => record && prioritizeFiles(session, record, [pick(2) * 4]),
  crash: ({ engine }) => {
    engine.die()
    engine.comeBack()
  },
  limits: ({ session }, _, pick) =>
    session.applySettings({
      active_downloads: pick(5) - 1,
      active_seeds: pick(4) - 1,
      active_limit: pick(7) - 1,
      active_checking: pick(3),
    }),
}

function check({ session, engine }: TestSession, trace: string): void {
  const records = [...session.records]
  session.queue.settle()
  const queued = records.filter(({ queue }) => queue.position >= 0)
  assert.deepEqual(
    queued.map(({ queue }) => queue.position).sort((a, b) => a - b),
    queued.map((_, i) => i),
    `positions without gaps after ${trace}`,
  )
  for (const { queue, progress } of records) assert.equal(queue.position >= 0, !progress.finished, trace)

  const running = records.filter((record) => isManaged(record) && !isPaused(record))
  const count = (fits: (record: TorrentRecord) => boolean) => running.filter(fits).length
  const most = (name: string) => {
    const limit = session.settings.int(name)
    return limit < 0 ? Number.POSITIVE_INFINITY : limit
  }
  const checks = count(isChecking)
  const seeds = count(isFinished)
  const downloads = running.length - checks - seeds
  assert.ok(checks <= most('active_checking'), `checks after ${trace}`)
  assert.ok(seeds <= most('active_seeds'), `seeds after ${trace}`)
  assert.ok(downloads <= most('active_downloads'), `downloads after ${trace}`)
  assert.ok(downloads + seeds <= most('active_limit'), `all after ${trace}`)
  // and the engine has exactly what runs
  const wanted = records.filter((record) => !isPaused(record)).map(({ row }) => row.v1)
  assert.deepEqual([...engine.loaded.keys()].toSorted(), wanted.toSorted(), `engine after ${trace}`)
}

for (const seed of [1, 2, 3]) {
  test(`queue: positions and limits hold after any operations (seed ${seed})`, async (t) => {
    const s = openSession(t, { settings: { auto_manage_interval: 1000 } })
    const pick = random(seed)
    const names = Object.keys(steps)
    for (let i = 0; i < 12; i++) await steps.add!(s, undefined, pick)
    const trace: string[] = []
    for (let i = 0; i < 60; i++) {
      const name = names[pick(names.length)]!
      const records = [...s.session.records]
      trace.push(name)
      await steps[name]!(s, records[pick(records.length)], pick)
      await s.settle()
      check(s, trace.join(' '))
    }
    await s.close()
    // what is kept says the same
    const again = openSession(t, { folder: s.store.path.replace(/\/state\.db$/, '') })
    await again.settle()
    check(again, `${trace.join(' ')} restart`)
    const order = (session: TestSession) =>
      [...session.session.records].map(({ row, queue }) => [row.v1, queue.position]).sort()
    assert.deepEqual(order(again), order(s))
  })
}
