// `daemon start`, `stop`, `restart`, `status` and `run`, as a shell sees them.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { processesOf } from '../helpers/daemon.ts'
import { launcher } from '../helpers/program.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { RawClient } from '../rpc/support/serve.ts'
import { setup } from './commands-setup.ts'

test('start, status, start again, stop, status, stop again', { timeout: 60_000 }, async (t) => {
  const { run, folder, socket, stateDir } = await setup(t)
  const start = await run(['daemon', 'start'])
  assert.equal(start.code, 0, start.stderr)
  assert.equal(start.out, '')
  const pid = Number(/^porla-lua: started the daemon \(pid (\d+), socket (.*)\)\n$/.exec(start.stderr)?.[1])
  assert.ok(pid > 0, start.stderr)

  const status = await run(['daemon', 'status'])
  assert.equal(status.code, 0)
  assert.match(status.out, /^running\n/)
  assert.match(status.out, new RegExp(` pid +${pid}\n`))
  assert.match(status.out, /\n {2}default {2}0 torrents, engine idle/)
  const json = JSON.parse((await run(['daemon', 'status', '--json'])).out)
  assert.deepEqual([json.running, json.pid, json.socket, json.state_dir], [true, pid, socket, stateDir])

  const again = await run(['daemon', 'start'])
  assert.equal(again.code, 0)
  assert.match(again.stderr, new RegExp(`running already \\(pid ${pid},`))

  const stop = await run(['daemon', 'stop'])
  assert.deepEqual(
    [stop.code, stop.out, stop.stderr],
    [0, '', `porla-lua: stopped the daemon (pid ${pid})\n`],
  )
  assert.deepEqual(processesOf(folder), [], 'the process is gone when stop returns')
  assert.equal(existsSync(socket), false)
  assert.equal((await run(['daemon', 'status'])).code, 3)
  assert.equal((await run(['daemon', 'stop'])).code, 0)
})

test('a started daemon is away from the terminal and logs to its file', { timeout: 60_000 }, async (t) => {
  const { run, stateDir } = await setup(t)
  const { pid } = JSON.parse((await run(['daemon', 'start', '--json'])).out)
  const [, , , session] = (readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1) as string).split(
    ' ',
  )
  assert.equal(Number(session), pid, 'it leads a session of its own')
  assert.equal(readlinkSync(`/proc/${pid}/cwd`), '/')
  assert.equal(readlinkSync(`/proc/${pid}/fd/0`), '/dev/null')
  const log = join(stateDir, 'daemon.log')
  assert.equal(readlinkSync(`/proc/${pid}/fd/1`), log)
  assert.equal(readlinkSync(`/proc/${pid}/fd/2`), log)
  assert.equal(statSync(log).mode & 0o777, 0o600)
  assert.ok(readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('\0--max-semi-space-size=16\0'))
})

test('a large log is put aside at the start', { timeout: 60_000 }, async (t) => {
  const { run, stateDir } = await setup(t)
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const log = join(stateDir, 'daemon.log')
  await writeFile(log, 'old\n', { mode: 0o600 })
  await truncate(log, 5 * 1024 * 1024)
  assert.equal((await run(['daemon', 'start'])).code, 0)
  assert.equal(statSync(`${log}.1`).size, 5 * 1024 * 1024)
  assert.ok(statSync(log).size < 1024 * 1024)
})

test('starts at the same time make one daemon, and each succeeds', { timeout: 60_000 }, async (t) => {
  const { run } = await setup(t)
  const outcomes = await Promise.all([1, 2, 3].map(() => run(['daemon', 'start', '--json'])))
  for (const { code, stderr } of outcomes) assert.equal(code, 0, stderr)
  const answers = outcomes.map(({ out }) => JSON.parse(out))
  assert.equal(new Set(answers.map(({ pid }) => pid)).size, 1)
  assert.equal(answers.filter(({ started }) => started).length, 1, 'one of them started it')
})

test('restart gives a new process with the same places', { timeout: 60_000 }, async (t) => {
  const { run, folder } = await setup(t)
  const stateDir = join(folder, 'elsewhere')
  assert.equal((await run(['--state-dir', stateDir, 'daemon', 'start'])).code, 0)
  const before = JSON.parse((await run(['daemon', 'status', '--json'])).out)
  const restart = await run(['daemon', 'restart'])
  assert.equal(restart.code, 0, restart.stderr)
  const after = JSON.parse((await run(['daemon', 'status', '--json'])).out)
  assert.notEqual(after.pid, before.pid)
  assert.deepEqual([after.state_dir, after.config_file], [stateDir, before.config_file])
  assert.equal((await run(['daemon', 'stop'])).code, 0)
  assert.equal((await run(['daemon', 'restart'])).code, 0, 'without a daemon it starts one')
})

test("a failed start shows the daemon's error and ends with its code", { timeout: 60_000 }, async (t) => {
  const { run, folder, env } = await setup(t)
  await writeFile(env.PORLA_LUA_CONFIG as string, '{"sessions":{"default":{"settings":{"enable_dth":true}}}}')
  for (const words of [
    ['daemon', 'start'],
    ['call', 'sessions.list'],
  ]) {
    const outcome = await run(words)
    assert.equal(outcome.code, 78, outcome.stderr)
    assert.match(outcome.stderr, /config\.json.*sessions\.default\.settings\.enable_dth/)
    assert.equal(outcome.out, '')
  }
  // it says so before it has ended
  await waitUntil('no process is left', () => processesOf(folder).length === 0)
})

test('a daemon that dies before it is ready is reported with its log', { timeout: 60_000 }, async (t) => {
  const { run, folder } = await setup(t)
  const preload = join(folder, 'die.cjs')
  await writeFile(
    preload,
    `if (process.env.PORLA_LUA_READY_FD) { console.error('the sky fell'); process.exit(9) }`,
  )
  const outcome = await run(['daemon', 'start'], { env: { NODE_OPTIONS: `--require=${preload}` } })
  assert.equal(outcome.code, 1)
  assert.match(
    outcome.stderr,
    /ended with exit code 9 before it was ready; .*daemon\.log says:\n {2}the sky fell\n/,
  )
})

test('run stays in front, logs to stderr, and a signal ends it with 0', { timeout: 60_000 }, async (t) => {
  const { run, env, folder } = await setup(t)
  const child = spawn(process.execPath, [launcher, 'daemon', 'run'], {
    env,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const exit = once(child, 'exit')
  await waitUntil('it runs', async () => (await run(['daemon', 'status'])).code === 0)
  assert.equal(JSON.parse((await run(['daemon', 'status', '--json'])).out).pid, child.pid)
  child.kill('SIGTERM')
  assert.deepEqual(await exit, [0, null], stderr)
  assert.equal(stdout, '')
  assert.notEqual(stderr, '')
})

test('stop says what to do when the daemon does not end in time', { timeout: 60_000 }, async (t) => {
  const { run, folder, socket } = await setup(t)
  const { pid } = JSON.parse((await run(['daemon', 'start', '--json'])).out)
  // it waits a second for a client that does not read its answers
  const stuck = new RawClient(t, socket)
  stuck.socket.pause()
  const line = '{"jsonrpc":"2.0","id":1,"method":"settings.preset","params":{"preset":"default"}}\n'
  stuck.send(line.repeat(500))
  await waitUntil('its requests are taken', () => stuck.socket.writableLength === 0)
  const outcome = await run(['daemon', 'stop', '--timeout', '0'])
  assert.equal(outcome.code, 124)
  assert.match(outcome.stderr, new RegExp(`pid ${pid}.*kill -9 ${pid}`))
  await waitUntil('it is gone', () => processesOf(folder).length === 0)
})
