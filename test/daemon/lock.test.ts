import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ExitCode } from '../../src/program/exit-codes.ts'
import { privateFolder } from '../rpc/support/serve.ts'

const program = fileURLToPath(new URL('support/lock.ts', import.meta.url))

/** A process that tries to take the locks; `first` is the first thing it says. */
class Holder {
  readonly child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>

  constructor(
    t: TestContext,
    { socket, stateDir, waitMs = 0 }: { socket: string; stateDir: string; waitMs?: number },
  ) {
    this.child = spawn(process.execPath, [program, socket, stateDir, `${waitMs}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#lines = createInterface(this.child.stdout)[Symbol.asyncIterator]()
    t.after(() => this.child.kill('SIGKILL'))
  }

  async next(): Promise<string> {
    return (await this.#lines.next()).value
  }

  async tell(word: string): Promise<string> {
    this.child.stdin.write(`${word}\n`)
    return await this.next()
  }

  async exitCode(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit')
    return this.child.exitCode
  }
}

function places(t: TestContext) {
  const folder = privateFolder(t)
  return { folder, socket: join(folder, 'run', 'd.sock'), stateDir: join(folder, 'state') }
}

test('lock: a second daemon on the same socket or state folder is told who is there', async (t) => {
  const { socket, stateDir, folder } = places(t)
  const first = new Holder(t, { socket, stateDir })
  assert.equal(await first.next(), 'locked')
  const who = `(pid ${first.child.pid}, socket ${socket})`
  const elsewhere = { socket: join(folder, 'run', 'other.sock'), stateDir: join(folder, 'other') }
  const tries: [options: { socket: string; stateDir: string }, said: string][] = [
    [{ socket, stateDir }, `a daemon is already running at ${socket} ${who}; `],
    [{ socket, stateDir: elsewhere.stateDir }, `a daemon is already running at ${socket} ${who}; `],
    [
      { socket: elsewhere.socket, stateDir },
      `a daemon is already running with the state folder ${stateDir} ${who}; `,
    ],
  ]
  for (const [options, said] of tries) {
    const second = new Holder(t, options)
    assert.ok((await second.next()).startsWith(said))
    assert.equal(await second.exitCode(), ExitCode.busy)
  }
  const other = new Holder(t, elsewhere)
  assert.equal(await other.next(), 'locked')
})

test('lock: it goes with its holder, also by kill -9, and its files are private', async (t) => {
  const { socket, stateDir } = places(t)
  const first = new Holder(t, { socket, stateDir })
  assert.equal(await first.next(), 'locked')
  for (const file of [
    `${socket}.lock`,
    `${socket}.lock.json`,
    join(stateDir, 'daemon.lock'),
    join(stateDir, 'daemon.lock.json'),
  ]) {
    assert.equal(statSync(file).mode & 0o777, 0o600, file)
  }
  assert.equal(statSync(stateDir).mode & 0o777, 0o700)
  first.child.kill('SIGKILL')
  await first.exitCode()
  const second = new Holder(t, { socket, stateDir })
  assert.equal(await second.next(), 'locked')
  assert.equal(await second.tell('release'), 'done')
  assert.equal(existsSync(`${socket}.lock.json`), false)
  assert.equal(await new Holder(t, { socket, stateDir }).next(), 'locked')
})

test('lock: a forked process that outlives the holder does not keep it', async (t) => {
  const { socket, stateDir } = places(t)
  const first = new Holder(t, { socket, stateDir })
  assert.equal(await first.next(), 'locked')
  const pid = Number(await first.tell('fork'))
  t.after(() => process.kill(pid, 'SIGKILL'))
  first.child.kill('SIGKILL')
  await first.exitCode()
  process.kill(pid, 0)
  assert.equal(await new Holder(t, { socket, stateDir }).next(), 'locked')
})

test('lock: of many that start at once exactly one gets it', async (t) => {
  const { socket, stateDir } = places(t)
  const all = Array.from({ length: 6 }, () => new Holder(t, { socket, stateDir }))
  const said = await Promise.all(all.map((holder) => holder.next()))
  assert.equal(said.filter((line) => line === 'locked').length, 1, said.join('\n'))
  for (const line of said) assert.match(line, /^locked$|already running/)
})

test('lock: another name of the same folder is the same folder', async (t) => {
  const { socket, stateDir, folder } = places(t)
  const first = new Holder(t, { socket, stateDir })
  assert.equal(await first.next(), 'locked')
  symlinkSync(stateDir, join(folder, 'link'))
  const second = new Holder(t, { socket: join(folder, 'run', 'b.sock'), stateDir: join(folder, 'link') })
  assert.match(await second.next(), /already running with the state folder/)
})

test('lock: a daemon that is stopping is waited for', async (t) => {
  const { socket, stateDir } = places(t)
  const first = new Holder(t, { socket, stateDir })
  assert.equal(await first.next(), 'locked')
  assert.equal(await first.tell('stopping'), 'done')
  const impatient = new Holder(t, { socket, stateDir, waitMs: 50 })
  assert.match(await impatient.next(), /already running/)
  const patient = new Holder(t, { socket, stateDir, waitMs: 10_000 })
  const locked = patient.next()
  assert.equal(
    await Promise.race([locked, new Promise((resolve) => setTimeout(resolve, 300, 'waits'))]),
    'waits',
  )
  assert.equal(await first.tell('release'), 'done')
  assert.equal(await locked, 'locked')
})
