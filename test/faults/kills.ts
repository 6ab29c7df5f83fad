import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { RpcClient } from '../../src/rpc/client.ts'
import { loopback, processesOf, TestDaemon } from '../helpers/daemon.ts'
import { differences, sha256All, writeFiles } from '../helpers/data.ts'
import { addTorrent, createTorrent } from '../helpers/torrents.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { random as randomOf } from '../session/random.ts'
import { type Change, carryOut, nextChange, type Random, readWorld, session, type World } from './changes.ts'

const MiB = 2 ** 20
/** The torrents that one session downloads from another: small ones, so that a download ends every few kills. */
const names = ['one', 'two', 'three', 'four', 'five', 'six']

/** What a lane of kills came to. */
export interface KillReport {
  seed: number
  daemonKills: number
  hostKills: number
  acknowledged: number
  /** Acknowledged changes that were not there afterwards, each in words. */
  lost: string[]
  missingTorrents: string[]
  /** Downloads that came to their end, each compared byte by byte, and what was wrong. */
  downloads: number
  wrongBytes: string[]
}

/**
 * Kills the daemon and its engine hosts, `kills` times each, at any moment of mixed changes and of a download, and
 * compares what is there after each kill with what was acknowledged.
 */
export async function killLane(seed: number, kills: number): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'porla-lua-faults-'))
  const lane = new Lane(folder, seed)
  try {
    await lane.open()
    for (let i = 0; i < kills; i++) await lane.round()
    await lane.finish()
    return lane.report
  } catch (error) {
    const log = lane.daemon.log.split('\n').slice(-40).join('\n')
    throw new Error(`seed ${seed}: ${(error as Error).stack}\nthe daemon's log ends:\n${log}`)
  } finally {
    await lane.daemon.end('SIGKILL')
    await waitUntil('no process is left', () => processesOf(folder).length === 0, { timeoutMs: 10_000 })
    rmSync(folder, { recursive: true, force: true })
  }
}

class Lane {
  readonly daemon: TestDaemon
  readonly report: KillReport
  readonly #random: Random
  #world: World = { torrents: {}, settings: { active_limit: 500 }, sessionPaused: false }
  #numbers = 0
  readonly #torrentFiles = new Map<string, string>()
  #address = ''

  constructor(folder: string, seed: number) {
    this.daemon = new TestDaemon(folder)
    this.#random = randomOf(seed)
    this.report = {
      seed,
      daemonKills: 0,
      hostKills: 0,
      acknowledged: 0,
      lost: [],
      missingTorrents: [],
      downloads: 0,
      wrongBytes: [],
    }
  }

  get #target(): string {
    return join(this.daemon.folder, 'target')
  }

  get #source(): string {
    return join(this.daemon.folder, 'source')
  }

  async open(): Promise<void> {
    const { daemon } = this
    // The seed's address must outlive it: it is kept with the download.
    const port = await freePort()
    this.#address = `127.0.0.1:${port}`
    const sessions = {
      seeding: {
        settings: { ...loopback, active_seeds: -1, active_limit: -1, listen_interfaces: this.#address },
      },
      downloads: {
        settings: { ...loopback, active_downloads: -1, active_limit: -1, download_rate_limit: 5 * MiB },
      },
      [session]: { settings: { ...loopback, ...this.#world.settings } },
    }
    writeFileSync(join(daemon.folder, 'config.json'), JSON.stringify({ sessions }))
    await daemon.start()
    for (const name of names) {
      await writeFiles(join(this.#source, name), { 'large.bin': 1.5 * MiB, 'small/ö.bin': MiB / 4 })
      this.#torrentFiles.set(name, await createTorrent(daemon, join(this.#source, name)))
      await addTorrent(daemon, this.#torrentFiles.get(name)!, this.#source, [], 'seeding')
      await this.#addDownload(name)
    }
  }

  /** Kills a host, then the daemon, each in the middle of changes. */
  async round(): Promise<void> {
    const client = await this.daemon.client()
    try {
      const host = await this.#host(client)
      await this.#changeUntil(
        client,
        sleep(30 + this.#random(150)).then(() => process.kill(host, 'SIGKILL')),
      )
      this.report.hostKills++
      this.#compare('a host was killed', await readWorld(client, Object.keys(this.#world.settings)), null)
      await this.#lookAtDownload(client)
      const pending = await this.#changeUntil(
        client,
        sleep(this.#random(250)).then(() => this.daemon.end('SIGKILL')),
      )
      this.report.daemonKills++
      await this.#startAgain()
      const next = await this.daemon.client()
      try {
        const now = await readWorld(next, Object.keys(this.#world.settings))
        this.#compare('the daemon was killed', now, pending)
        await this.#lookAtDownload(next)
      } finally {
        next.close()
      }
    } finally {
      client.close()
    }
  }

  /** The last download has to come to its end. */
  async finish(): Promise<void> {
    const client = await this.daemon.client()
    try {
      const before = this.report.downloads
      await waitUntil(
        'the download ends',
        async () => {
          await this.#lookAtDownload(client)
          return this.report.downloads > before || undefined
        },
        { timeoutMs: 60_000, everyMs: 100 },
      )
    } finally {
      client.close()
    }
  }

  /** The process of some session's host. One that was just lost comes back. */
  async #host(client: RpcClient): Promise<number> {
    return await waitUntil(
      'a host runs',
      async () => {
        const { sessions } = await client.call('daemon.status', {})
        const hosts = sessions.filter(({ engine }) => engine.state === 'running' && engine.pid !== null)
        return hosts[this.#random(Math.max(1, hosts.length))]?.engine.pid ?? undefined
      },
      { timeoutMs: 30_000, everyMs: 20 },
    )
  }

  /** Changes one thing after the other until `end`; returns the one that was not answered. */
  async #changeUntil(client: RpcClient, end: Promise<unknown>): Promise<Change | null> {
    let over = false
    const ended = end.finally(() => {
      over = true
    })
    let pending: Change | null = null
    try {
      while (!over) {
        const { change } = nextChange(this.#world, this.#random, () => ++this.#numbers)
        pending = change
        await carryOut(client, change)
        this.#world = change.after
        this.report.acknowledged++
        pending = null
      }
    } catch (error) {
      // The daemon is gone with this call: it may have been kept or not.
      if (!/connection|socket|closed/i.test((error as Error).message)) throw error
    }
    await ended
    return pending
  }

  #compare(when: string, now: World, pending: Change | null): void {
    if (isDeepStrictEqual(now, this.#world)) return
    if (pending !== null && isDeepStrictEqual(now, pending.after)) {
      this.#world = pending.after
      return
    }
    const missing = Object.keys(this.#world.torrents).filter((hash) => now.torrents[hash] === undefined)
    this.report.missingTorrents.push(...missing.map((hash) => `${hash} after ${when}`))
    this.report.lost.push(
      `${when} (${this.report.daemonKills} kills): ${JSON.stringify(now)} instead of ${JSON.stringify(this.#world)}` +
        ` or, with what was pending, ${JSON.stringify(pending?.after)}`,
    )
    this.#world = now
  }

  /** What says it is complete must be so, byte by byte; then it begins anew. */
  async #lookAtDownload(client: RpcClient): Promise<void> {
    for (const session of ['downloads', 'seeding']) {
      const { torrents } = await client.call('torrents.list', { session })
      for (const name of names) {
        const status = torrents.find((one) => one.name === name)
        if (status === undefined) {
          this.report.missingTorrents.push(`${name} of ${session}`)
          if (session === 'downloads') await this.#addDownload(name)
          continue
        }
        if (status.error) this.report.wrongBytes.push(`${name} of ${session} has an error: ${status.error}`)
        if (session === 'downloads' && status.is_seeding === true)
          await this.#verify(client, name, status.info_hash?.[0] as string)
      }
    }
  }

  async #verify(client: RpcClient, name: string, hash: string): Promise<void> {
    const wrong = await differences(join(this.#target, name), await sha256All(join(this.#source, name)))
    this.report.wrongBytes.push(...wrong.map((path) => `${name}: ${path}`))
    this.report.downloads++
    await client.call('torrents.remove', { session: 'downloads', info_hash: hash, remove_files: true })
    await this.#addDownload(name)
  }

  #addDownload(name: string): Promise<void> {
    return addTorrent(this.daemon, this.#torrentFiles.get(name)!, this.#target, [this.#address], 'downloads')
  }

  /** Hosts follow their daemon; the port of the seed must be free again. */
  async #startAgain(): Promise<void> {
    const { folder } = this.daemon
    await waitUntil('the hosts are gone', () => processesOf(folder).length === 0, {
      timeoutMs: 10_000,
      everyMs: 10,
    })
    await this.daemon.start()
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
