// cron follows the clock of os.date, through its changes, in every form of TZ. The times are those that Vixie's cron
// gives: cron(8), "local time changes".

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CronPattern } from '../../src/cli/lua/packages/cron/pattern.ts'
import { Zone } from '../../src/cli/lua/stdlib/time/zone.ts'
import { launcher, run } from '../helpers/program.ts'

function times(expression: string, TZ: string, from: string, count: number): string[] {
  const [pattern, zone] = [new CronPattern(expression), Zone.load({ TZ })]
  const found: string[] = []
  let time = Date.parse(from)
  while (found.length < count) {
    time = pattern.next(time, zone) as number
    found.push(new Date(time).toISOString().replace(':00.000Z', ''))
  }
  return found
}

const cases: [expression: string, from: string, expected: string[]][] = [
  // 02:00 to 03:00 is left out on 29 March, at 01:00 UTC.
  ['0 30 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:30']],
  ['0 0 3 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T01:00']],
  ['0 */30 * * * *', '2026-03-29T00:10Z', ['2026-03-29T00:30', '2026-03-29T01:00', '2026-03-29T01:30']],
  // It comes twice on 25 October, at 00:00 and 01:00 UTC.
  ['0 30 2 * * *', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
  ['0 0 3 * * *', '2026-10-24T12:00Z', ['2026-10-25T02:00', '2026-10-26T02:00']],
  ['0 0 2-3 * * *', '2026-10-24T12:00Z', ['2026-10-25T00:00', '2026-10-25T02:00', '2026-10-26T01:00']],
  [
    '0 */30 * * * *',
    '2026-10-25T00:10Z',
    ['2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30', '2026-10-25T02:00'],
  ],
  ['0 0 0 1 1 *', '2026-02-01T00:00Z', ['2026-12-31T23:00', '2027-12-31T23:00']],
]

for (const TZ of ['Europe/Berlin', 'CET-1CEST,M3.5.0,M10.5.0/3']) {
  test(`the clock is changed: ${TZ}`, () => {
    for (const [expression, from, expected] of cases) {
      assert.deepEqual(
        { expression, times: times(expression, TZ, from, expected.length) },
        { expression, times: expected },
      )
    }
  })
}

test('zones of half hours, in the form of POSIX', () => {
  for (const TZ of ['IST-5:30', '<+0530>-5:30', 'Asia/Kolkata']) {
    assert.deepEqual(times('0 0 9 * * MON', TZ, '2026-11-28T00:00Z', 2), [
      '2026-11-30T03:30',
      '2026-12-07T03:30',
    ])
  }
})

test('a script in such a zone is called at the time that os.date tells', async () => {
  const code = `local d = os.date("*t", os.time() + 2)
    local cron = require("cron")
    local expression = ("%d %d %d %d %d *"):format(d.sec, d.min, d.hour, d.day, d.month)
    s = cron.schedule{expression = expression, callback = function() print(os.date("%Z"), "called") os.exit(0, true) end}
    t = require("timers").new{interval = 6000, callback = function() os.exit(1) end}`
  const { code: exit, out } = await run(process.execPath, [launcher, '-e', code], {
    env: { ...process.env, TZ: 'IST-5:30' },
  })
  assert.deepEqual({ exit, out }, { exit: 0, out: 'IST\tcalled\n' })
})

test('what is wrong is said as people count', () => {
  const messages: [expression: string, message: string][] = [
    ['0 0 0 1 13 *', 'the month 13 is not one of 1 to 12'],
    ['0 0 0 1 0 *', 'the month 0 is not one of 1 to 12'],
    ['0 0 0 32 1 *', 'the day of month 32 is not one of 1 to 31'],
    ['0 0 25 * * *', 'the hour 25 is not one of 0 to 23'],
    ['* * * * * 8', 'the day of week 8 is not one of 0 to 7'],
    ['0 0 0 1 FOO *', "the month 'FOO' is neither a number nor a pattern"],
  ]
  for (const [expression, message] of messages) {
    assert.throws(() => new CronPattern(expression), { message: `'${expression}': ${message}` })
  }
})
