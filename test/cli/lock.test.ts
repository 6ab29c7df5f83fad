// --lock: at most one run at a time, and no lock outlives its process.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../helpers/lua.ts'
import { launcher, porlaLua } from '../helpers/program.ts'

const busy = (pid: number | undefined, name: string, hint = 'wait for it with --lock-wait 10s') =>
  `porla-lua: another run (pid ${pid}) holds the lock '${name}'; ${hint}\n`

async function setup(t: TestContext) {
  const folder = await temporaryFolder(t)
  const env = { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state') }
  const script = join(folder, 'script.lua')
  writeFileSync(script, 'print("runs") io.flush() io.read() print("done")')
  /** Runs the script in another process; resolves when it has the lock. */
  const hold = async (words: string[]): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [launcher, ...words, script], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once('data', () => resolve())
      child.once('exit', () => reject(new Error('it did not get the lock')))
    })
    return child
  }
  const run = async (words: string[]) => {
    const { code, out, stderr } = await porlaLua(words, { env, cwd: folder })
    return [code, out, stderr]
  }
  return { folder, script, hold, run }
}

test('a second run ends with 75 at once and names the holder', { timeout: 30_000 }, async (t) => {
  const { script, hold, run, folder } = await setup(t)
  const { pid, stdin } = await hold(['--lock'])
  assert.deepEqual(await run(['--lock', script]), [75, '', busy(pid, script)])
  // The same file under another name; another lock; no lock.
  symlinkSync(script, join(folder, 'link.lua'))
  assert.deepEqual(await run(['--lock', 'link.lua']), [75, '', busy(pid, script)])
  assert.deepEqual(await run(['--lock=other', script]), [0, 'runs\ndone\n', ''])
  assert.deepEqual(await run([script]), [0, 'runs\ndone\n', ''])
  stdin?.end()
  const locks = join(folder, 'state', 'porla-lua', 'locks')
  assert.equal(statSync(locks).mode & 0o777, 0o700)
  for (const name of readdirSync(locks)) assert.equal(statSync(join(locks, name)).mode & 0o777, 0o600)
})

test('names can hold anything and be long', { timeout: 30_000 }, async (t) => {
  const { hold, run, script } = await setup(t)
  const long = '../x/ä '.repeat(100)
  const { pid } = await hold([`--lock=${long}`])
  assert.deepEqual(await run([`--lock=${long}`, script]), [75, '', busy(pid, long)])
  assert.deepEqual(await run([`--lock=${long}.`, script]), [0, 'runs\ndone\n', ''])
})

test('--lock-wait waits for it, but not longer', { timeout: 30_000 }, async (t) => {
  const { hold, run } = await setup(t)
  const { pid, stdin } = await hold(['--lock=job'])
  const start = performance.now()
  const late = await run(['--lock=job', '--lock-wait', '0.4', '-e', 'print(1)'])
  assert.deepEqual(late, [75, '', busy(pid, 'job', 'gave up after 0.4s (--lock-wait)')])
  assert.ok(performance.now() - start > 390)
  const waiting = run(['--lock=job', '--lock-wait=20s', '-e', 'print(1)'])
  setTimeout(() => stdin?.end(), 300)
  assert.deepEqual(await waiting, [0, '1\n', ''])
})

for (const words of [[], ['--timeout', '1h']]) {
  test(`the lock goes with the process, also on kill -9 ${words.join(' ')}`, {
    timeout: 30_000,
  }, async (t) => {
    const { hold, run } = await setup(t)
    const child = await hold(['--lock=job', ...words])
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    // Nobody is left to hold it; a run that is watched looks twice a second whether it still is.
    const wait = words.length === 0 ? [] : ['--lock-wait=3s']
    assert.deepEqual(await run(['--lock=job', ...wait, '-e', 'print(1)']), [0, '1\n', ''])
  })
}

test('of many at once exactly one runs', { timeout: 30_000 }, async (t) => {
  const { run } = await setup(t)
  const code = 'print(1) io.flush() os.execute("sleep 2")'
  const codes = (await Promise.all(Array.from({ length: 6 }, () => run(['--lock=job', '-e', code])))).map(
    ([c]) => c,
  )
  assert.deepEqual(codes.sort(), [0, 75, 75, 75, 75, 75])
})

test('what cannot be locked says so', { timeout: 30_000 }, async (t) => {
  const { folder, run } = await setup(t)
  const needsName =
    "porla-lua: '--lock' takes its name from the script's file; without one write --lock=NAME\n"
  assert.deepEqual(await run(['--lock', '-e', 'print(1)']), [1, '', needsName])
  assert.deepEqual(await run(['--lock', '-']), [1, '', needsName])
  const [code, , missing] = await run(['--lock', 'no.lua'])
  assert.equal(code, 1)
  assert.match(missing as string, /cannot lock no\.lua: .*no such file/)
  const locks = join(folder, 'state', 'porla-lua', 'locks')
  mkdirSync(join(locks, 'job.lock'), { recursive: true, mode: 0o700 })
  const [config, , folderInTheWay] = await run(['--lock=job', '-e', 'print(1)'])
  assert.equal(config, 78)
  assert.match(folderInTheWay as string, /cannot lock .*job\.lock/)
})
