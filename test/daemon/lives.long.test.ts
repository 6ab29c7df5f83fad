// What is kept for a torrent goes with it: after as many lives again there are as many objects as before, of each class,
// in the daemon and in both hosts. One object that stays for each life is found.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RpcClient } from '../../src/rpc/client.ts'
import type { Result } from '../../src/rpc/contract/index.ts'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { writeFiles } from '../helpers/data.ts'
import { fillEvents } from '../helpers/events.ts'
import { HeapProbe } from '../helpers/heap.ts'
import { createTorrent, engineProcess, listenAddress } from '../helpers/torrents.ts'
import { waitUntil } from '../helpers/wait-until.ts'

const torrents = 8
const rounds = 6
const lives = torrents * rounds
const many = { active_downloads: 100, active_seeds: 100, active_limit: 100, stop_tracker_timeout: 1 }
/** What was asked of trackers that do not answer is given up by then, and what is saved a few seconds behind is saved. */
const settleMs = 13_000
type InfoHash = Result<'torrents.add'>['info_hash']

interface Ground {
  daemon: TestDaemon
  client: RpcClient
  port: number
  files: { ti: string; magnet_uri: string; info_hash: InfoHash }[]
}

/** Everything that happens to a torrent, from its beginning to its end; some come as magnet links. */
async function live({ daemon, client, port, files }: Ground, index: number, round: number): Promise<void> {
  const { ti, magnet_uri, info_hash } = files[index]!
  const key = { session: 'default', info_hash }
  const until = (what: string, fits: (status: { is_seeding?: boolean; save_path?: string }) => boolean) =>
    waitUntil(`torrent ${index} ${what}`, async () => fits(await client.call('torrents.status', key)), {
      timeoutMs: 60_000,
    })
  const [first, second] = [join(daemon.folder, 'first'), join(daemon.folder, 'second')]
  const from = (index + round) % 2 === 0 ? { ti } : { magnet_uri }
  await client.call('torrents.add', { session: 'default', ...from, save_path: first })
  await client.call('torrents.peers.add', { ...key, ip: '127.0.0.1', port })
  await client.call('torrents.userdata.update', { ...key, category: 'a', tags: ['x', 'y'] })
  await until('has everything', ({ is_seeding }) => is_seeding === true)
  await client.call('torrents.pause', key)
  await client.call('torrents.resume', key)
  await client.call('torrents.trackers.add', { ...key, url: 'http://127.0.0.1:1/announce' })
  await client.call('torrents.trackers.add', { ...key, url: 'udp://127.0.0.1:1/announce' })
  await client.call('torrents.properties.set', { ...key, upload_limit: 500_000 })
  await client.call('torrents.move', { ...key, path: second })
  await until('has moved', ({ save_path }) => save_path === second)
  await client.call('torrents.recheck', key)
  await until('is whole', ({ is_seeding }) => is_seeding === true)
  const other = await daemon.client()
  await other.call('events.subscribe', {})
  await other.call('torrents.peers.list', key)
  other.close()
  await client.call('torrents.remove', { ...key, remove_files: true })
}

test('as many lives again leave as many objects as before', { timeout: 115_000 }, async (t) => {
  const probe = await HeapProbe.open()
  t.after(() => probe.close())
  process.env.DAEMON_NODE_OPTIONS = probe.nodeOptions
  const daemon = await startDaemon(t, { sessions: { default: many, seeding: many } })
  const source = await daemon.makeFolder('source')
  const names = Array.from({ length: torrents }, (_, index) => `file-${index}.bin`)
  await writeFiles(source, Object.fromEntries(names.map((name, index) => [name, 150_000 + index])))
  const client = await daemon.client()
  t.after(() => client.close())
  const files: Ground['files'] = []
  for (const name of names) {
    const ti = (await readFile(await createTorrent(daemon, join(source, name)))).toString('base64')
    const seeding = { session: 'seeding' }
    const { info_hash } = await client.call('torrents.add', { ...seeding, ti, save_path: source })
    const { magnet_uri } = await client.call('torrents.magnet_uri', { ...seeding, info_hash })
    files.push({ ti, magnet_uri, info_hash })
  }
  const port = Number((await listenAddress(daemon, 'seeding')).split(':')[1])
  const ground = { daemon, client, port, files }
  const some = () =>
    Promise.all(
      files.map(async (_, index) => {
        for (let round = 0; round < rounds; round++) await live(ground, index, round)
      }),
    )

  await some()
  await fillEvents(client, daemon.folder)
  const processes = {
    daemon: daemon.pid,
    host: await engineProcess(daemon),
    'host of the seeds': await engineProcess(daemon, 'seeding'),
  }
  const count = async () => {
    await sleep(settleMs)
    const all = Object.entries(processes).map(
      async ([name, pid]) => [name, await probe.objects(pid)] as const,
    )
    return new Map(await Promise.all(all))
  }
  const counts = [await count()]
  for (let i = 0; i < 2; i++) {
    await some()
    counts.push(await count())
  }
  // what grows each time by half an object a life
  const growing = Object.keys(processes).flatMap((name) => {
    const [before, between, after] = counts.map((count) => count.get(name)!)
    return [...after!.entries()].flatMap(([kind, last]) => {
      const [first, second] = [before!.get(kind) ?? 0, between!.get(kind) ?? 0]
      const grows = second - first >= lives / 2 && last - second >= lives / 2
      return grows ? [`${name}: ${kind} ${first}, ${second}, ${last}`] : []
    })
  })
  assert.deepEqual(growing, [])
})
