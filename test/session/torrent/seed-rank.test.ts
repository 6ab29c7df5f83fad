// seed_rank: the limits that a seed has to reach, and what ranks those that have.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base64, openSession, torrentBytes } from '../harness.ts'

const ti = (name: string) => base64(torrentBytes(name, [40_000]))
const all = Uint8Array.of(0xe0)
const limitsNotReached = 2 ** 30

/** Settings away from their defaults, seconds of download and of seeding, bytes sent; whether the limits are reached. */
const cases: [
  what: string,
  settings: Record<string, number>,
  spent: { downloading: number; seeding: number; sent: number },
  reached: boolean,
][] = [
  ['nothing is reached', {}, { downloading: 1000, seeding: 100, sent: 0 }, false],
  ['a second of download is too little to tell', {}, { downloading: 1, seeding: 0, sent: 0 }, true],
  ['sent twice', {}, { downloading: 1000, seeding: 100, sent: 80_000 }, true],
  ['almost sent twice', {}, { downloading: 1000, seeding: 100, sent: 79_999 }, false],
  [
    'a lower share_ratio_limit',
    { share_ratio_limit: 100 },
    { downloading: 1000, seeding: 0, sent: 40_000 },
    true,
  ],
  ['a seed for seven times the download', {}, { downloading: 10, seeding: 70, sent: 0 }, true],
  ['almost', {}, { downloading: 10, seeding: 69, sent: 0 }, false],
  [
    'a higher seed_time_ratio_limit',
    { seed_time_ratio_limit: 800 },
    { downloading: 10, seeding: 70, sent: 0 },
    false,
  ],
  ['a day', {}, { downloading: 50_000, seeding: 86_400, sent: 0 }, true],
  ['a lower seed_time_limit', { seed_time_limit: 60 }, { downloading: 50_000, seeding: 60, sent: 0 }, true],
]

for (const [what, settings, { downloading, seeding, sent }, reached] of cases) {
  test(`seed_rank: ${what}`, async (t) => {
    const s = openSession(t, { settings })
    const record = s.add({ ti: ti('a') })
    await s.settle()
    const id = record.row.v1
    s.engine.say({ id, phase: 'running', have: Uint8Array.of(0) })
    s.clock.ms += downloading * 1000
    s.engine.say({ id, have: all, payloadDownload: 40_000 })
    s.clock.ms += seeding * 1000
    s.engine.say({ id, payloadUpload: sent })
    const { seed_rank, finished_duration, active_duration } = s.status(record)
    assert.deepEqual([active_duration, finished_duration], [downloading + seeding, seeding])
    assert.equal((seed_rank & limitsNotReached) === 0, reached)
  })
}

test('the seed that has not reached its limits takes the slot of one that has', async (t) => {
  const s = openSession(t, { settings: { active_seeds: 1, dont_count_slow_torrents: false } })
  const [a, b] = [s.add({ ti: ti('a') }), s.add({ ti: ti('b') })]
  await s.settle()
  for (const { row } of [a, b]) s.engine.say({ id: row.v1, phase: 'running', have: Uint8Array.of(0) })
  s.clock.ms += 100_000
  for (const { row } of [a, b]) s.engine.say({ id: row.v1, have: all, payloadDownload: 40_000 })
  await s.settle()
  const running = () => [a, b].filter((record) => !s.status(record).flags.includes('paused'))
  const [first] = running()
  assert.equal(running().length, 1)
  s.engine.say({ id: first!.row.v1, payloadUpload: 100_000 })
  await s.settle()
  assert.deepEqual(running(), [first === a ? b : a])
})
