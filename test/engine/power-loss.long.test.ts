import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { FileStamps, FileState } from '../../src/daemon/engine/storage/file-stamps.ts'
import { file, makeTorrent, writeFiles } from './support/data.ts'
import { complete, startEngine, type TestEngine, task, tempFolder, until } from './support/engine.ts'

const torrent = makeTorrent([file('data/a', 3_000_000), file('data/b', 100_000)], 65_536)

/** What a process does to files from now on: seconds since 1970 at its end, the call, and the rest of the line. */
async function trace(
  t: TestContext,
  pid: number,
): Promise<() => { at: number; call: string; rest: string }[]> {
  const log = join(await tempFolder(t), 'strace')
  const calls = 'trace=write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync'
  const strace = spawn('strace', ['-f', '-y', '-ttt', '-T', '-e', calls, '-o', log, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.after(async () => {
    strace.kill('SIGINT')
    if (strace.exitCode === null) await once(strace, 'exit')
  })
  const [said] = (await once(strace.stderr, 'data')) as [Buffer]
  assert.match(said.toString(), /attached/)
  return () => {
    // a call that another thread's came in between is told in two lines
    const begun = new Map<string, string>()
    return readFileSync(log, 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, thread, start, rest] = /^(\d+) +([\d.]+) (.*)$/.exec(line) ?? []
        if (thread === undefined) return []
        if (rest!.endsWith('<unfinished ...>')) {
          begun.set(thread, rest!)
          return []
        }
        const took = Number(/<([\d.]+)>$/.exec(rest!)?.[1] ?? 0)
        const resumed = rest!.startsWith('<... ')
        const whole = resumed ? `${begun.get(thread) ?? ''}${rest}` : rest!
        // a resumed call is told when it ends
        return [
          { at: Number(start) + (resumed ? 0 : took), call: /^\w+/.exec(whole)?.[0] ?? '', rest: whole },
        ]
      })
  }
}

/** When a report first said that a file has its stamp, seconds since 1970. */
function firstKept(engine: TestEngine, index: number): () => number | null {
  let at: number | null = null
  const timer = setInterval(() => {
    const { stamps } = engine.report(torrent.id)
    if (stamps === undefined || at !== null) return
    if (FileStamps.decode(stamps, torrent.files.length + 1)?.state(index) === FileState.kept)
      at = Date.now() / 1000
  }, 1)
  timer.unref()
  return () => at
}

const isSync = (call: string) => call === 'fdatasync' || call === 'fsync'

test('a file that was downloaded is on the disk before its stamp is told', async (t) => {
  const [from, to] = [await tempFolder(t), await tempFolder(t)]
  await writeFiles(from, torrent.files)
  const seed = startEngine(t, {}, 'seed')
  await seed.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
  await seed.until(torrent.id, 'has all', complete(torrent))
  const leecher = startEngine(t, {}, 'leecher')
  await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes }))
  await leecher.until(torrent.id, 'runs', ({ phase }) => phase === 'running')
  const calls = await trace(t, leecher.state.pid!)
  const kept = [firstKept(leecher, 0), firstKept(leecher, 1)]
  await leecher.call('addPeer', { id: torrent.id, address: await seed.address() })
  await leecher.until(torrent.id, 'has all', complete(torrent))
  await until(() => kept.every((at) => at() !== null), 'both have their stamps')
  for (const [index, name] of ['data/a', 'data/b'].entries()) {
    const path = join(to, name)
    const mine = calls().filter(({ rest }) => rest.includes(`${path}>`))
    const written = mine.filter(({ call }) => !isSync(call)).at(-1)
    const synced = mine.filter(({ call }) => isSync(call)).at(-1)
    assert.ok(written !== undefined, `${name} is written`)
    assert.ok(synced !== undefined, `${name} is synced`)
    assert.ok(written.at <= synced.at, `${name}: ${written.at} <= ${synced.at}`)
    assert.ok(synced.at <= kept[index]!()! + 0.002, `${name}: ${synced.at} <= ${kept[index]!()}`)
  }
})

test('a file that was put there just now, and one that was changed, is on the disk before it is believed', async (t) => {
  const folder = await tempFolder(t)
  await writeFiles(folder, torrent.files)
  const other = makeTorrent([file('x', 20_000)], 16_384)
  const engine = startEngine(t)
  // so that there is a host to look at
  await engine.load(task(other.id, folder, { torrentFile: other.bytes }))
  await engine.until(other.id, 'runs', ({ phase }) => phase === 'running')
  const calls = await trace(t, engine.state.pid!)
  await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
  const { have, stamps } = await engine.until(torrent.id, 'has all', complete(torrent))
  const synced = (name: string) =>
    calls().filter(({ call, rest }) => isSync(call) && rest.includes(`${join(folder, name)}>`)).length
  await until(() => synced('data/a') === 1 && synced('data/b') === 1, 'both were synced')
  await engine.unload(torrent.id)
  // the same bytes, another time
  await writeFile(join(folder, 'new'), torrent.files[1]!.bytes)
  await rename(join(folder, 'new'), join(folder, 'data/b'))
  await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes, have: have!, stamps: stamps! }))
  await engine.until(torrent.id, 'has all', complete(torrent))
  await until(() => synced('data/b') === 2, 'the changed one was synced again')
  assert.equal(synced('data/a'), 1)
})
