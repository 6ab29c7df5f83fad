import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createEngine } from '../../src/daemon/engine/supervisor.ts'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { file, makeTorrent, writeFiles, wrongFiles, zeros } from './support/data.ts'
import { complete, quiet, startEngine, task, tempFolder, until } from './support/engine.ts'

// mostly waiting, so several at a time
describe('crashes', { concurrency: 4 }, () => {
  test('a host that is killed comes back, and the download goes on with the pieces it had', async (t) => {
    const torrent = makeTorrent([file('top/a', 6_000_000), file('top/b', 2_000_000)], 65536)
    const [from, to] = [await tempFolder(t), await tempFolder(t)]
    await writeFiles(from, torrent.files)
    const seeder = startEngine(t, { upload_rate_limit: 3_000_000 }, 'seeder')
    const leecher = startEngine(t, {}, 'leecher')
    await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
    const wanted = task(torrent.id, to, { torrentFile: torrent.bytes, peers: [await seeder.address()] })
    await leecher.load(wanted)
    const before = await leecher.until(torrent.id, 'has some', (r) => (r.have ?? []).some((byte) => byte > 0))
    process.kill(leecher.state.pid!, 'SIGKILL')
    await until(
      () => leecher.lost.length === 1,
      'lost is said',
      () => leecher.log.join('\n'),
    )
    assert.match(leecher.lost[0]!, /SIGKILL/)
    await until(
      () => leecher.ready === 1,
      'ready is said',
      () => leecher.log.join('\n'),
    )
    assert.equal(leecher.state.restarts, 1)
    assert.equal(leecher.state.state, 'running')
    await leecher.load({ ...wanted, have: before.have! })
    const done = await leecher.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
    assert.ok(done.payloadDownload! < 8_000_000, 'what was there did not come again')
    assert.ok(leecher.reports.every((report) => report.phase !== 'checking'))
  })

  test('calls to a host that dies are rejected, and the delay between restarts grows', async (t) => {
    const folder = await tempFolder(t)
    const entry = join(folder, 'broken.mjs')
    await writeFile(entry, 'process.stderr.write("what happened\\n"); process.exit(3)')
    const times: number[] = []
    const log: string[] = []
    const engine = createEngine({
      session: 'broken',
      settings: quiet,
      hostEntry: entry,
      log: (_level, message) => log.push(message),
      listener: {
        report() {},
        metadata() {},
        incoming() {},
        culprit() {},
        lost: () => times.push(performance.now()),
        ready() {},
      },
    })
    t.after(() => engine.stop(1000))
    await assert.rejects(engine.load(task('00'.repeat(20), folder)), { code: ErrorCode.EngineUnavailable })
    await until(
      () => times.length >= 4,
      'it is tried again',
      () => log.join('\n'),
    )
    assert.ok(times[2]! - times[1]! >= 180, 'second restart waits 0.2 s')
    assert.ok(times[3]! - times[2]! >= 380, 'third restart waits 0.4 s')
    assert.equal(engine.state.state, 'waiting')
    assert.match(engine.state.error!, /exit code 3/)
    assert.ok(log.some((line) => line.endsWith('what happened')))
    await assert.rejects(engine.call('addPeer', { id: '00'.repeat(20), address: '127.0.0.1:1' }), {
      code: ErrorCode.EngineUnavailable,
    })
  })

  async function standIn(t: TestContext, mode = 'stay') {
    const folder = await tempFolder(t)
    const { bytes, id } = zeros('zeros', 1 << 20, 8192)
    const handle = await open(join(folder, 'zeros'), 'w')
    await handle.truncate(8192 * 2 ** 20)
    await handle.close()
    const program = fileURLToPath(new URL('./support/daemon-stand-in.ts', import.meta.url))
    await writeFile(join(folder, 'torrent'), bytes)
    const daemon = spawn(process.execPath, [program, id, folder, mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => daemon.kill('SIGKILL'))
    const [line] = (await once(createInterface({ input: daemon.stdout }), 'line')) as [string]
    return { daemon, host: Number(line) }
  }

  /** Whether a process runs. One that has ended but that nobody has waited for (state Z) does not. */
  function alive(pid: number): boolean {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
    } catch {
      return false
    }
  }

  test('a host ends with its daemon, even in the middle of a check', async (t) => {
    const { daemon, host } = await standIn(t)
    assert.ok(alive(host))
    daemon.kill('SIGKILL')
    await until(() => !alive(host), 'the host has ended', undefined, 1000)
  })

  test('a host does not hold up the end of its daemon', async (t) => {
    const { daemon, host } = await standIn(t, 'end')
    const [code] = await once(daemon, 'exit', { signal: AbortSignal.timeout(2000) })
    assert.equal(code, 0)
    await until(() => !alive(host), 'the host has ended', undefined, 1000)
  })

  test('a signal from the terminal does not end a host before its daemon says so', async (t) => {
    const torrent = makeTorrent([file('a', 1000)], 16384)
    const engine = startEngine(t)
    await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes }))
    const host = engine.state.pid!
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(host, signal)
    assert.notEqual(await engine.unload(torrent.id), null)
    await engine.stop(2000)
    assert.equal(alive(host), false)
    assert.equal(engine.state.state, 'idle')
    await assert.rejects(engine.load(task(torrent.id, '/', {})), { code: ErrorCode.EngineUnavailable })
  })
})
