// A Ctrl-C inside one SQL statement that runs for ever, which no code of a script can stop.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Terminal } from '../support/terminal.ts'

const forEver = `require("sqlite3").open(":memory:"):exec(
  "with recursive c(x) as (select 1 union all select x+1 from c) select count(*) from c where x < 0")`

for (const [where, code] of [
  ['the main chunk', `print("begins") ${forEver}`],
  [
    'a callback',
    `t = require("timers").new{interval = 1, callback = function() print("begins") ${forEver} end}`,
  ],
] as const) {
  test(`Ctrl-C ends a script in a long statement of ${where}`, async (t) => {
    const terminal = new Terminal(t, ['-e', code.replaceAll('\n', ' ')], {})
    await terminal.shows(/begins/)
    // One that comes in its first moments waits for its end: as a person, press it again.
    const again = setInterval(() => terminal.type('\x03'), 300)
    t.after(() => clearInterval(again))
    assert.equal(await terminal.exitCode, 143)
  })
}
