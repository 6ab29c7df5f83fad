import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { hostBounds } from '../../src/daemon/engine/host-bounds.ts'
import { Restarts } from '../../src/daemon/engine/restarts.ts'
import { createEngine } from '../../src/daemon/engine/supervisor.ts'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { zeros } from './support/data.ts'
import { quiet, task, tempFolder, until } from './support/engine.ts'

const id = '00'.repeat(20)

/** An engine over a host of the test's own, or the real one, with what it said. */
function watched(t: TestContext, options: { hostEntry?: string; silenceMs?: number } = {}) {
  const lost: { reason: string; at: number }[] = []
  const log: string[] = []
  const seen = { ready: 0 }
  const engine = createEngine({
    session: 'test',
    settings: quiet,
    ...options,
    log: (level, message) => log.push(`${level}: ${message}`),
    listener: {
      report() {},
      metadata() {},
      incoming() {},
      culprit() {},
      lost: (reason) => lost.push({ reason, at: performance.now() }),
      ready: () => seen.ready++,
    },
  })
  t.after(() => engine.stop(1000))
  return { engine, lost, log, seen }
}

// mostly waiting, so several at a time
describe('a host that is down', { concurrency: 4 }, () => {
  test('one that hangs is ended and started again, and whoever waits for it is told', async (t) => {
    const { engine, lost, log, seen } = watched(t, { silenceMs: 1500 })
    await engine.load(task(id, await tempFolder(t)))
    const hung = engine.state.pid!
    process.kill(hung, 'SIGSTOP')
    await assert.rejects(engine.call('peerInfo', { id }), {
      code: ErrorCode.EngineUnavailable,
      message: 'the engine host is not available: it hung: it said nothing for 1.5 s, and was ended',
    })
    await until(
      () => seen.ready === 1,
      'there is a new one',
      () => log.join('\n'),
    )
    assert.notEqual(engine.state.pid, hung)
    assert.throws(() => process.kill(hung, 0), { code: 'ESRCH' })
    const { crashes, last_crash, restarts } = engine.state
    assert.deepEqual({ crashes, restarts, lost: lost.length }, { crashes: 1, restarts: 1, lost: 1 })
    assert.match(last_crash!.reason, /^it hung/)
    assert.ok(Math.abs(last_crash!.time - Date.now() / 1000) < 60)
  })

  test('a daemon that was stopped itself does not take its host for hung', async (t) => {
    const folder = await tempFolder(t)
    const { bytes, id } = zeros('zeros', 1 << 20, 8192)
    const handle = await open(join(folder, 'zeros'), 'w')
    await handle.truncate(8192 * 2 ** 20)
    await handle.close()
    await writeFile(join(folder, 'torrent'), bytes)
    const program = fileURLToPath(new URL('./support/daemon-stand-in.ts', import.meta.url))
    const daemon = spawn(process.execPath, [program, id, folder, 'watch'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => daemon.kill('SIGKILL'))
    const [line] = (await once(createInterface({ input: daemon.stdout }), 'line')) as [string]
    const host = Number(line)
    // both, as when a machine is suspended, and then the daemon alone
    for (const pid of [host, daemon.pid!]) process.kill(pid, 'SIGSTOP')
    await sleep(300)
    process.kill(host, 'SIGCONT')
    await sleep(2000)
    process.kill(daemon.pid!, 'SIGCONT')
    await sleep(700)
    assert.match(readFileSync(`/proc/${host}/stat`, 'latin1'), /\) [RSD] /)
  })

  test('an exception is told by its message', async (t) => {
    const entry = join(await tempFolder(t), 'host.mjs')
    await writeFile(
      entry,
      `process.on('message', ({ id, method }) => {
         if (method !== 'load') return process.send({ id, result: null })
         null.wire
       })`,
    )
    const { engine, lost } = watched(t, { hostEntry: entry })
    await assert.rejects(engine.load(task(id, '/')), { code: ErrorCode.EngineUnavailable })
    await until(() => lost.length > 0, 'it is lost')
    assert.match(lost[0]!.reason, /^exit code 1, TypeError: Cannot read properties of null/)
    assert.equal(engine.state.last_crash!.reason, lost[0]!.reason)
  })

  test('one that takes more memory than it may is ended by that, not the machine', async (t) => {
    const entry = join(await tempFolder(t), 'host.mjs')
    // buffers, which the size of the heap does not bound; nothing is written to them, so they cost the machine nothing
    await writeFile(
      entry,
      `import v8 from 'node:v8'
       const taken = []
       process.on('message', ({ id, method }) => {
         const mebibytes = Math.round(v8.getHeapStatistics().heap_size_limit / 2 ** 20)
         if (method === 'pieceAvailability') return process.send({ id, result: [mebibytes] })
         if (method !== 'load') return process.send({ id, result: null })
         for (let i = 0; i < 64; i++) taken.push(new ArrayBuffer(128 * 2 ** 20))
         process.send({ id, result: null })
       })`,
    )
    const { engine, lost } = watched(t, { hostEntry: entry })
    const { flags, dataKB } = hostBounds('')
    const [heap] = (await engine.call('pieceAvailability', { id }))!
    const asked = Number(flags[0]!.split('=')[1])
    // V8 adds the space of new objects to that of old ones
    assert.ok(heap! >= asked && heap! < asked + 256, `${heap} MiB of heap, ${asked} asked for`)
    assert.match(
      readFileSync(`/proc/${engine.state.pid}/limits`, 'latin1'),
      new RegExp(`data size +${dataKB! * 1024} `),
    )
    await assert.rejects(engine.load(task(id, '/')), { code: ErrorCode.EngineUnavailable })
    await until(() => lost.length > 0, 'it is lost')
    assert.match(lost[0]!.reason, /^exit code 1, RangeError: Array buffer allocation failed/)
  })

  test('half of the memory is for a host, but 1 to 4 GiB; NODE_OPTIONS may say otherwise', () => {
    const heap = (gigabytes: number) => hostBounds('--no-warnings', gigabytes * 2 ** 30).flags
    assert.deepEqual(heap(0.5), ['--max-old-space-size=768'])
    assert.deepEqual(heap(4), ['--max-old-space-size=1536'])
    assert.deepEqual(heap(256), ['--max-old-space-size=3072'])
    assert.equal(hostBounds('', 4 * 2 ** 30).dataKB, 3 * 2 ** 20)
    assert.deepEqual(hostBounds('--max_old_space_size=9000'), { flags: [], dataKB: null })
  })

  test('one that ran is started again at once, one that never answered is not', () => {
    const ran = new Restarts()
    const input = Array.from({ length: 12 }, () => ran.next(1000))
    assert.deepEqual(input, [0, 0, 0, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000])
    assert.equal(ran.next(3_600_000), 0, 'it was healthy for an hour')
    const broken = new Restarts()
    const starts = Array.from({ length: 10 }, () => broken.next(null))
    assert.deepEqual(starts, [0, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000])
    assert.equal(broken.next(10), 0, 'it has answered meanwhile')
  })
})

// alone: it changes what this process starts others with
test('a host that cannot be started is lost like any other, and tried again', async (t) => {
  // E2BIG, which spawn throws; a program that is missing is the shell's to tell
  const { env, execPath } = process
  const { engine, lost, log } = watched(t)
  env.PORLA_TOO_LONG = 'x'.repeat(200_000)
  try {
    await assert.rejects(engine.load(task(id, '/')), {
      code: ErrorCode.EngineUnavailable,
      message: /^the engine host is not available: it could not be started: spawn E2BIG/,
    })
    await until(() => lost.length >= 3, 'it is tried again')
  } finally {
    delete env.PORLA_TOO_LONG
  }
  assert.match(lost[0]!.reason, /^it could not be started: spawn E2BIG/)
  assert.ok(lost[2]!.at - lost[1]!.at >= 190, 'with a growing delay')
  process.execPath = '/nonexistent/node'
  try {
    const before = lost.length
    await until(() => lost.length > before, 'it is tried again')
  } finally {
    process.execPath = execPath
  }
  assert.match(lost.at(-1)!.reason, /^exit code 127, sh: .*\/nonexistent\/node/)
  await until(
    () => engine.state.state === 'running',
    'it runs',
    () => log.join('\n'),
  )
  assert.equal(engine.state.error, null)
  assert.equal(engine.state.crashes, lost.length)
})
