import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startDaemon } from '../../test/helpers/daemon.ts'
import { addTorrent, engineProcess, listenAddress } from '../../test/helpers/torrents.ts'
import { waitUntil } from '../../test/helpers/wait-until.ts'
import { type Measured, measure } from './measure.ts'
import { context, type Settings, startLibtorrents } from './parties.ts'

const limitMs = 600_000

interface Swarm {
  pids: number[]
  /** Everybody calls everybody. */
  meet(): Promise<void>
  /** All of them are seeds. */
  done(): Promise<unknown>
}

interface Job {
  torrentFile: string
  source: string
  target: string
  settings: Settings
}

/**
 * One seed and `leechers` that have nothing, all of one program on this machine: until all are seeds. The processor's time
 * is that of all of them.
 */
export async function swarm(
  who: 'porla-lua' | 'libtorrent',
  leechers: number,
  torrentFile: string,
  source: string,
  settings: Settings,
): Promise<Measured> {
  const { t, clean } = context()
  const target = await mkdtemp(join(tmpdir(), 'porla-lua-bench-'))
  try {
    const job = { torrentFile, source, target, settings }
    const all = await (who === 'libtorrent' ? libtorrents(t, leechers, job) : ours(t, leechers, job))
    const work = async () => {
      await all.meet()
      await all.done()
    }
    return await measure(all.pids, all.pids.at(-1)!, work, async () => {})
  } finally {
    await clean()
    await rm(target, { recursive: true, force: true })
  }
}

/** The seed in a process, the others in another one. */
async function libtorrents(
  t: TestContext,
  count: number,
  { torrentFile, source, target, settings }: Job,
): Promise<Swarm> {
  const seed = await startLibtorrents(t, { role: 'seed', torrentFile, folder: source, settings }, 1)
  const others = await startLibtorrents(t, { role: 'download', torrentFile, folder: target, settings }, count)
  return {
    pids: [...seed.pids, ...others.pids],
    meet: () => others.dial([...seed.addresses, ...others.addresses]),
    done: () => others.done(),
  }
}

/** One daemon with a session, and so an engine host, for each. */
async function ours(
  t: TestContext,
  count: number,
  { torrentFile, source, target, settings }: Job,
): Promise<Swarm> {
  const names = Array.from({ length: count }, (_, i) => `leecher${i}`)
  const sessions = Object.fromEntries(['default', ...names].map((name) => [name, settings]))
  const daemon = await startDaemon(t, { sessions })
  await addTorrent(daemon, torrentFile, source)
  for (const name of names) await addTorrent(daemon, torrentFile, join(target, name), [], name)
  const addresses: string[] = []
  const hosts: number[] = []
  for (const name of ['default', ...names]) {
    addresses.push(await listenAddress(daemon, name))
    hosts.push(await engineProcess(daemon, name))
  }
  const client = await daemon.client()
  t.after(() => client.close())
  const seeds = async () => {
    let count = 0
    for (const session of ['default', ...names]) {
      const { torrents } = await client.call('torrents.list', { session, fields: ['is_seeding'] })
      if (torrents[0]?.is_seeding === true) count++
    }
    return count
  }
  await waitUntil('the seed has looked at its files', async () => (await seeds()) === 1, {
    timeoutMs: limitMs,
  })
  const { torrents } = await client.call('torrents.list', {})
  const infoHash = torrents[0]!.info_hash!
  const peers = addresses.map((address): [string, number] => {
    const [ip, port] = address.split(':')
    return [ip!, Number(port)]
  })
  const meet = async () => {
    for (const name of names)
      await client.call('torrents.peers.add', { session: name, info_hash: infoHash, peers })
  }
  return {
    pids: [daemon.pid, ...hosts],
    meet,
    done: () =>
      waitUntil('all are seeds', async () => (await seeds()) === count + 1, {
        timeoutMs: limitMs,
        everyMs: 50,
      }),
  }
}
