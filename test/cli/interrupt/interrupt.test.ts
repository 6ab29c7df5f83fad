// Ctrl-C and SIGTERM for a script: it ends at once, by the signal, and after SIGINT nothing written is lost.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../../helpers/lua.ts'
import { finish, launcher } from '../../helpers/program.ts'
import { waitUntil } from '../../helpers/wait-until.ts'

/** Runs code that makes a file `ready`, and sends the signal then, or `afterMs` later. */
async function interrupt(t: TestContext, code: string, signal: NodeJS.Signals, afterMs = 0) {
  const cwd = await temporaryFolder(t)
  const child = spawn(process.execPath, [launcher, '-e', code], { cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  const { stdin } = child
  // `finish` would end it.
  Object.defineProperty(child, 'stdin', { value: null })
  const outcome = finish(child, { timeoutMs: 10_000 }, 'the script')
  await waitUntil('the script runs', async () => existsSync(join(cwd, 'ready')) || undefined)
  await sleep(afterMs)
  child.kill(signal)
  const { code: exitCode, out, stderr } = await outcome
  stdin.destroy()
  return { exitCode, out, stderr }
}

const ready = 'io.open("ready", "w"):close()'

// Ready only once the script is where the name says: a signal in the very moment in which its main chunk ends is lost.
// One in the moment before a read begins is not heard until the read ends, since Node's thread stops JavaScript only.
const cases: [what: string, code: string, afterMs?: number][] = [
  ['a loop', `${ready} while true do end`],
  ['a loop behind pcall', `${ready} while true do pcall(function() while true do end end) end`],
  ['one long call of C', `${ready} string.find(string.rep("a", 1000000), ".*b")`],
  ['a read from standard input', `${ready} io.read("a")`, 200],
  ['a finalizer at the end', `setmetatable({}, {__gc = function() ${ready} while true do end end})`],
  [
    'the second phase',
    `os.execute("(sleep 0.5; touch ready) >&- 2>&- &")
     timer = require("timers").new{ interval = 60000, callback = print }`,
  ],
]
for (const [what, code, afterMs] of cases) {
  test(`SIGINT in ${what}: 130, and what was written is there`, { timeout: 30_000 }, async (t) => {
    const outcome = await interrupt(t, `io.write("written") ${code}`, 'SIGINT', afterMs)
    assert.deepEqual(outcome, { exitCode: 130, out: 'written', stderr: '' })
  })
}

test('SIGINT while the reader is slow: every byte once', { timeout: 30_000 }, async (t) => {
  const code = `local f = io.open("ready", "w") f:close()
    local n = 0
    while true do n = n + 1 io.write(n, "\\n") end`
  for (let i = 0; i < 3; i++) {
    const { exitCode, out } = await interrupt(t, code, 'SIGINT')
    assert.equal(exitCode, 130)
    const lines = out.split('\n')
    // The last line can be cut: the signal came in the middle of it.
    const wrong = lines.slice(0, -1).findIndex((line, i) => line !== String(i + 1))
    assert.equal(
      wrong,
      -1,
      `line ${wrong + 1} of ${lines.length}: ${JSON.stringify(lines.slice(Math.max(0, wrong - 2), wrong + 3))}`,
    )
    assert.ok(String(lines.length).startsWith(lines.at(-1) as string))
  }
})

test('SIGTERM ends it by the signal', { timeout: 30_000 }, async (t) => {
  const outcome = await interrupt(t, `print("written") io.flush() ${ready} while true do end`, 'SIGTERM')
  assert.deepEqual(outcome, { exitCode: 143, out: 'written\n', stderr: '' })
})
