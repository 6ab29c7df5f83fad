// One daemon, one address: it is found from everywhere, also when its socket is gone or it does not answer.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loopback, processesOf } from '../../helpers/daemon.ts'
import { launcher, type Outcome, porlaLua } from '../../helpers/program.ts'
import { waitUntil } from '../../helpers/wait-until.ts'

type Run = (words: string[], env?: NodeJS.ProcessEnv) => Promise<Outcome>

/** A user whose places are the default ones, and the program with another environment. */
async function user(t: TestContext): Promise<{ folder: string; env: NodeJS.ProcessEnv; run: Run }> {
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-one-'))
  const env = { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: join(folder, 'run'), TMPDIR: tmpdir() }
  await mkdir(env.XDG_RUNTIME_DIR, { mode: 0o700 })
  await mkdir(join(folder, '.config/porla-lua'), { recursive: true })
  const config = JSON.stringify({ sessions: { default: { settings: loopback } } })
  await writeFile(join(folder, '.config/porla-lua/config.json'), config)
  const run: Run = (words, other = env) => porlaLua(words, { env: other, cwd: folder })
  t.after(async () => {
    for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL')
    await waitUntil('they are gone', () => processesOf(folder).length === 0)
    await rm(folder, { recursive: true, force: true })
  })
  return { folder, env, run }
}

async function pidOf(run: Run): Promise<number> {
  return JSON.parse((await run(['daemon', 'start', '--json'])).out).pid
}

test('without the runtime folder of a login, and with another TMPDIR, it is the same daemon', async (t) => {
  const { folder, run } = await user(t)
  const pid = await pidOf(run)
  const others = [{ TMPDIR: join(folder, 'nowhere') }, { XDG_RUNTIME_DIR: join(folder, 'another') }, {}]
  for (const other of others) {
    const env = { PATH: process.env.PATH, HOME: folder, ...other }
    assert.equal(JSON.parse((await run(['daemon', 'status', '--json'], env)).out).pid, pid)
    const script = await run(['--no-start', '-e', 'print(require("sessions").get("default").name)'], env)
    assert.equal(script.out, 'default\n')
  }
})

test('what a dead daemon wrote down is not believed', async (t) => {
  const { folder, run } = await user(t)
  const pid = await pidOf(run)
  process.kill(pid, 'SIGKILL')
  await waitUntil('it is gone', () => !processesOf(folder).includes(pid))
  // Its number was given to another process, which must not be ended.
  const other = spawn('sleep', ['60'])
  t.after(() => other.kill('SIGKILL'))
  const state = join(folder, '.local/state/porla-lua')
  const holder = { pid: other.pid, socket: join(folder, 'run/gone.sock'), stateDir: state, stopping: false }
  await writeFile(join(state, 'daemon.lock.json'), JSON.stringify(holder))
  const { code, stderr } = await run(['daemon', 'stop'])
  assert.deepEqual([code, stderr.includes('no daemon is running')], [0, true])
  assert.equal(other.exitCode ?? other.signalCode, null)
})

test('stop and restart work without the socket, and say so', async (t) => {
  const { folder, run } = await user(t)
  const pid = await pidOf(run)
  // Stopped, so that it does not make the socket again at once.
  process.kill(pid, 'SIGSTOP')
  await rm(join(folder, 'run/porla-lua'), { recursive: true })
  const status = await run(['daemon', 'status'])
  assert.equal(status.code, 69)
  assert.match(status.out, new RegExp(`it runs \\(pid ${pid}\\), but its socket .* is gone`))
  const restart = await run(['daemon', 'restart'])
  assert.match(restart.stderr, new RegExp(`daemon \\(pid ${pid}\\) runs, but its socket .* is gone`))
  assert.match(restart.stderr, /stopped the daemon[\s\S]*started the daemon/)
  assert.equal((await run(['daemon', 'stop'])).code, 0)
})

test('a daemon that was stopped is named with its process; nobody waits for it in silence', async (t) => {
  const { run, env, folder } = await user(t)
  const pid = await pidOf(run)
  // It has run for a while when the daemon is stopped.
  const code = `local s = require("sessions").get("default") os.execute("sleep 2.1") s:settings()
    io.stderr:write("asks\\n") os.execute("kill -STOP ${pid}") s:settings() print("answered")`
  const waiting = spawn(process.execPath, [launcher, '-e', code], { env, cwd: folder })
  let said = ''
  let out = ''
  waiting.stderr.on('data', (chunk) => {
    said += chunk
  })
  waiting.stdout.on('data', (chunk) => {
    out += chunk
  })
  await waitUntil('it asks', () => said.includes('asks'))
  const sentence = `the daemon (pid ${pid}) does not answer: it was stopped (SIGSTOP); let it go on with: kill -CONT ${pid}`
  const [status, script, call] = await Promise.all([
    run(['daemon', 'status']),
    run(['-e', 'require("sessions").get("default")']),
    run(['call', 'sessions.list']),
    waitUntil('the script that waits says so', () => said.includes(`${sentence}; waiting`), {
      timeoutMs: 15_000,
    }),
  ])
  assert.deepEqual([status.code, status.out], [69, `not answering: ${sentence}\n`])
  assert.equal(script.code, 69)
  assert.ok(script.stderr.includes(sentence), script.stderr)
  assert.deepEqual([call.code, call.stderr], [69, `porla-lua: ${sentence}\n`])
  process.kill(pid, 'SIGCONT')
  await waitUntil('it goes on', () => out === 'answered\n')
})
