import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RpcClient } from '../../src/rpc/client.ts'
import type { Random } from '../fuzz/random.ts'
import type { SoakTorrent } from './torrents.ts'

/** How long a torrent may take to get somewhere, ms: the machine may be busy, and peers go away in between. */
const patienceMs = 300_000

/** What the lives have in common. */
export interface Ground {
  client: RpcClient
  folder: string
  random: Random
  /** Peers that have everything. */
  peers: { address: string; port: number }[]
  /** Torrents that are in the session now. */
  alive: Set<string>
  counts: { cycles: number; downloads: number; moves: number; checks: number; bytes: number }
  /** What went wrong, in words. */
  faults: string[]
  /** False when the time is over. */
  going: () => boolean
}

/** One torrent that is added, downloaded, paused, moved, checked and removed, again and again. */
export async function live(torrent: SoakTorrent, ground: Ground): Promise<void> {
  // not all at once
  await sleep(ground.random.next(20_000))
  while (ground.going()) {
    try {
      await cycle(torrent, ground)
      if (ground.going()) ground.counts.cycles++
    } catch (error) {
      ground.faults.push(`${torrent.name}: ${(error as Error).message}`)
      await sleep(1000)
      await ground.client
        .call('torrents.remove', { session: 'default', info_hash: torrent.infoHash, remove_files: true })
        .catch(() => {})
    }
    ground.alive.delete(torrent.infoHash)
    await sleep(ground.random.next(3000))
  }
}

async function cycle(torrent: SoakTorrent, ground: Ground): Promise<void> {
  const { client, folder, random, counts } = ground
  const key = { session: 'default', info_hash: torrent.infoHash }
  await client.call('torrents.add', { ti: torrent.ti, save_path: join(folder, 'first') })
  ground.alive.add(torrent.infoHash)
  const seeds = async () => {
    // peers that went are offered again, as a tracker would
    for (const { address, port } of ground.peers)
      await client.call('torrents.peers.add', { ...key, ip: address, port })
  }
  if (!(await until(torrent, ground, 'has everything', (status) => status.is_seeding === true, seeds))) return
  counts.downloads++
  counts.bytes += torrent.size
  const steps = [
    async () => {
      await client.call('torrents.pause', key)
      await sleep(random.next(2000))
      await client.call('torrents.resume', key)
    },
    async () => {
      const path = join(folder, random.one(['first', 'second', 'third']))
      await client.call('torrents.move', { ...key, path })
      const there = (status: Status) => status.save_path === path && status.moving_storage === false
      if (await until(torrent, ground, `is in ${path}`, there)) counts.moves++
    },
    async () => {
      await client.call('torrents.recheck', key)
      const whole = (status: Status) => status.is_seeding === true
      if (await until(torrent, ground, 'is whole after a check', whole)) counts.checks++
    },
    async () => {
      await client.call('torrents.userdata.update', {
        ...key,
        category: random.one(['a', 'b']),
        tags: ['soak'],
      })
      await client.call('torrents.properties.set', { ...key, upload_limit: random.one([0, 500_000]) })
    },
    () => sleep(random.next(4000)),
  ]
  for (let left = 3 + random.next(4); left > 0 && ground.going(); left--) await random.one(steps)()
  await client.call('torrents.remove', { ...key, remove_files: true })
}

type Status = {
  is_seeding?: boolean
  save_path?: string
  moving_storage?: boolean
  error?: string | null
  state?: string
}

/** False when the time was over before. */
async function until(
  torrent: SoakTorrent,
  { client, going }: Ground,
  what: string,
  fits: (status: Status) => boolean,
  meanwhile: () => Promise<void> = async () => {},
): Promise<boolean> {
  const end = performance.now() + patienceMs
  let status: Status = {}
  for (let round = 0; going(); round++) {
    if (round % 20 === 0) await meanwhile()
    status = await client.call('torrents.status', { session: 'default', info_hash: torrent.infoHash })
    if (fits(status)) return true
    if (status.error) throw new Error(status.error)
    if (performance.now() > end)
      throw new Error(`waited ${patienceMs / 1000} s until it ${what}; it is ${status.state}`)
    await sleep(250)
  }
  return false
}
