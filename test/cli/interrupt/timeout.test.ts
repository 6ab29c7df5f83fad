// --timeout: whatever a script does, it ends in time, and what it wrote is not lost.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sourceProgram, temporaryFolder } from '../../helpers/lua.ts'
import { finish, launcher, porlaLua } from '../../helpers/program.ts'
import { waitUntil } from '../../helpers/wait-until.ts'

const gaveUp = 'porla-lua: gave up after 700ms (--timeout)\n'

/** Runs a script of this code with 0.7 s, its standard input open all the time. */
async function runLate(t: TestContext, code: string, words: string[] = []) {
  const folder = await temporaryFolder(t)
  const script = join(folder, 'script.lua')
  writeFileSync(script, code)
  const start = performance.now()
  const child = spawn(process.execPath, [launcher, '--timeout', '700ms', ...words, script], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const { stdin } = child
  // `finish` would end it.
  Object.defineProperty(child, 'stdin', { value: null })
  const outcome = await finish(child, { timeoutMs: 10_000 }, 'the script')
  stdin.destroy()
  return { ...outcome, folder, ms: performance.now() - start }
}

const cases: [what: string, code: string][] = [
  ['computes', 'while true do end'],
  [
    'computes behind pcall, in a coroutine',
    'while true do pcall(coroutine.wrap(function() while true do end end)) end',
  ],
  ['is in one long call of C', 'string.find(string.rep("a", 1000000), ".*b")'],
  ['reads standard input', 'io.read()'],
  ['reads from a command', 'io.popen("sleep 60"):read()'],
  ['sleeps in a command', 'while true do os.execute("sleep 60") end'],
  // Ends by itself after a while, should it ever be left.
  [
    'sleeps in a command that takes no notice',
    `os.execute([[trap "" TERM; for i in $(seq 60); do sleep 0.1; done]])`,
  ],
]
for (const [what, code] of cases) {
  test(`a script that ${what} ends with 124`, { timeout: 30_000 }, async (t) => {
    const outcome = await runLate(t, `io.write("written")\n${code}`)
    assert.deepEqual([outcome.code, outcome.out, outcome.stderr], [124, 'written', gaveUp])
    assert.ok(outcome.ms > 690 && outcome.ms < 4000, `${outcome.ms} ms`)
  })
}

test('a script that waits for the daemon ends with 124', { timeout: 30_000 }, async (t) => {
  const folder = await temporaryFolder(t)
  const socket = join(folder, 'silent.sock')
  const server = createServer((client) => client.unref().on('error', () => {})).listen(socket)
  t.after(() => server.close())
  await once(server, 'listening')
  const code = 'io.write("written") require("sessions").list()'
  const outcome = await runLate(t, code, ['--socket', socket, '--no-start'])
  assert.deepEqual([outcome.code, outcome.out, outcome.stderr], [124, 'written', gaveUp])
})

test('commands of the script end with it', { timeout: 30_000 }, async (t) => {
  const outcome = await runLate(t, 'os.execute([[echo $$ > pid; sleep 60]])')
  assert.equal(outcome.code, 124)
  const pid = Number(readFileSync(join(outcome.folder, 'pid'), 'utf8'))
  await waitUntil('the command has ended', () => hasEnded(pid))
})

test('a script that is done in time is as without it', { timeout: 30_000 }, async (t) => {
  const cwd = await temporaryFolder(t)
  const run = (code: string) => porlaLua(['--timeout', '1h', '-e', code, '-'], { cwd, stdin: 'print(...)' })
  assert.deepEqual(await outcomeOf(run('io.write("a")')), [0, 'a\n', ''])
  assert.deepEqual(await outcomeOf(run('os.exit(124)')), [124, '', ''])
  assert.deepEqual(await outcomeOf(run('print(os.getenv("PORLA_LUA_SUPERVISOR"))')), [0, 'nil\n\n', ''])
  assert.deepEqual(await outcomeOf(run('print(arg[-5], arg[-4], arg[0])')), [
    0,
    `${launcher}\t--timeout\t-\n\n`,
    '',
  ])
})

async function outcomeOf(run: ReturnType<typeof porlaLua>) {
  const { code, out, stderr } = await run
  return [code, out, stderr]
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const) {
  test(`${signal} for the program that watches ends the script too`, { timeout: 30_000 }, async (t) => {
    const folder = await temporaryFolder(t)
    const code = 'io.open("started", "w"):close() io.popen("echo $PPID > pid"):close() while true do end'
    const child = spawn(process.execPath, [...sourceProgram, '--timeout', '60', '-e', code], {
      cwd: folder,
      stdio: 'ignore',
    })
    const ended = new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))
    const pid = await waitUntil('the script runs', async () => {
      try {
        return Number(readFileSync(join(folder, 'pid'), 'utf8')) || undefined
      } catch {
        return undefined
      }
    })
    assert.notEqual(pid, child.pid)
    child.kill(signal)
    assert.equal(await ended, signal)
    await waitUntil('the script has ended', () => hasEnded(pid))
  })
}

/** A process without a parent that asks for its status counts too: it stays as a zombie. */
function hasEnded(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return true
  }
}
