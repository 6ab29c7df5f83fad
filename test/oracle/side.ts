import { execFileSync } from 'node:child_process'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '../helpers/data.ts'
import { type Driver, DriverError } from './driver.ts'

export type SideName = 'porla-lua' | 'libtorrent'
export type Status = Record<string, unknown> & {
  state: string
  progress: number
  flags: Record<string, boolean>
  is_seeding: boolean
  is_finished: boolean
  queue_position: number
  total_done: number
  num_pieces: number
  num_peers: number
  error?: string
}

/** How a torrent is added; the names are those of AddTorrentParams, in both languages. */
export interface AddOptions {
  /** Path of a .torrent file. */
  file?: string
  magnet?: string
  /** Below the side's folder. */
  to?: string
  flags?: Record<string, boolean>
  [member: string]: unknown
}

/** Everything compared of one moment. */
export type Snapshot = Record<string, unknown>

/** Where the two sides wait for one another, and what they saw is compared. */
export interface Meeting {
  arrive(side: SideName, at: string, look: () => Promise<Snapshot>): Promise<void>
}

/** A client that is neither of the two sides. */
export interface Peer {
  ip: string
  port: number
  driver: Driver
}

/** How a torrent is added that nobody but the script starts. */
export const unmanaged = { paused: true, auto_managed: false }

/** One of the two programs that a scenario runs on: the same calls, by the same names. */
export class Side {
  readonly name: SideName
  /** Absolute; what differs between the sides in paths. */
  readonly folder: string
  readonly driver: Driver
  readonly #meeting: Meeting
  readonly #writer: () => Promise<number>
  readonly #keys = new Set<string>()

  /** `writer`: the process that writes the files. */
  constructor(
    name: SideName,
    folder: string,
    driver: Driver,
    meeting: Meeting,
    writer: () => Promise<number>,
  ) {
    this.name = name
    this.folder = folder
    this.driver = driver
    this.#meeting = meeting
    this.#writer = writer
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  /** Makes a folder below the side's. */
  async folderAt(...parts: string[]): Promise<string> {
    const path = this.path(...parts)
    await mkdir(path, { recursive: true })
    return path
  }

  /** Adds a torrent that is called `key` from now on; it saves to the folder `to`, by default `save`. */
  async add(key: string, { to = 'save', ...options }: AddOptions): Promise<void> {
    await this.driver.request('add', { key, save_path: this.path(to), ...options })
    this.#keys.add(key)
  }

  /** Calls a method of a torrent's handle. */
  call<T = unknown>(key: string, method: string, ...args: unknown[]): Promise<T> {
    return this.driver.request<T>('call', { key, method, args })
  }

  setFlags(key: string, flags: Record<string, boolean>): Promise<unknown> {
    return this.driver.request('set_flags', { key, flags })
  }

  async remove(key: string, { files }: { files: boolean }): Promise<void> {
    await this.driver.request('remove', { key, files })
    // libtorrent's handles stay valid until its thread has taken the torrent out.
    await this.untilTrue('the handle is invalid', async () => {
      const { handle } = await this.driver.request<{ handle: { is_valid: boolean } }>('read', { key })
      return !handle.is_valid
    })
  }

  apply(settings: Record<string, unknown>): Promise<unknown> {
    return this.driver.request('apply', { settings })
  }

  /** No file may grow beyond so many bytes, which stops root, too; both programs ignore SIGXFSZ and see EFBIG. */
  async limitFiles(bytes: number | 'unlimited'): Promise<void> {
    execFileSync('prlimit', ['--pid', String(await this.#writer()), `--fsize=${bytes}:unlimited`])
  }

  connect(key: string, { ip, port }: Peer): Promise<unknown> {
    return this.call(key, 'connect_peer', ip, port)
  }

  status(key: string): Promise<Status> {
    return this.driver.request<Status>('status', { key })
  }

  /** Waits until a torrent's status fits. */
  async until(
    key: string,
    what: string,
    fits: (status: Status) => boolean,
    timeoutMs = 20_000,
  ): Promise<Status> {
    let last: Status | undefined
    await this.untilTrue(
      `${key} ${what}`,
      async () => {
        last = await this.status(key)
        return fits(last)
      },
      () => summary(last),
      timeoutMs,
    )
    return last!
  }

  async untilTrue(
    what: string,
    condition: () => Promise<boolean>,
    last: () => string = () => '',
    timeoutMs = 20_000,
  ): Promise<void> {
    const deadline = performance.now() + timeoutMs
    while (!(await condition())) {
      if (performance.now() > deadline) {
        throw new Error(`${this.name}: waited ${timeoutMs} ms until ${what}; last: ${last()}`)
      }
      await sleep(40)
    }
  }

  /** What a request gives: its result, or `failed` and the sentence. */
  async outcome(op: string, params: object): Promise<Snapshot> {
    try {
      return { result: await this.driver.request(op, params) }
    } catch (error) {
      if (!(error instanceof DriverError)) throw error
      return { failed: error.message }
    }
  }

  /**
   * A named moment: waits for the other side, then everything of all torrents (or of `only`), the files in the side's
   * folder, and `more`, are compared. `without` names properties of the status that depend on chance at this moment.
   */
  checkpoint(
    at: string,
    {
      more,
      only,
      tree = true,
      without = [],
    }: {
      more?: () => Promise<Snapshot>
      only?: readonly string[]
      tree?: boolean
      without?: readonly string[]
    } = {},
  ): Promise<void> {
    return this.#meeting.arrive(this.name, at, async () => {
      const torrents: Snapshot = {}
      for (const key of only ?? this.#keys) {
        const read = await this.driver.request<{ status?: Snapshot }>('read', { key })
        for (const name of without) delete read.status?.[name]
        torrents[key] = read
      }
      const snapshot = {
        ...torrents,
        ...(tree && { disk: await treeOf(this.folder) }),
        ...(more && { seen: await more() }),
      }
      return withoutFolder(snapshot, this.folder) as Snapshot
    })
  }
}

/** The part of a status that tells where a torrent is stuck. */
function summary(status: Status | undefined): string {
  if (!status) return 'no status'
  const { flags, state, progress, num_pieces, num_peers, list_peers, total_failed_bytes, error } = status
  const set = Object.keys(flags).filter((name) => flags[name])
  return JSON.stringify({
    state,
    flags: set,
    progress,
    num_pieces,
    num_peers,
    list_peers,
    total_failed_bytes,
    error,
  })
}

/** Every file with its hash and every folder below one, by path. */
async function treeOf(folder: string): Promise<Snapshot> {
  const tree: Snapshot = {}
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path)
    if (entry.isDirectory()) tree[`${name}/`] = 'folder'
    // Each program's part file has a form of its own.
    else if (/^\.[0-9a-f]{40}\.parts$/.test(entry.name)) tree[name] = 'part file'
    else if (entry.isFile())
      tree[name] = `${(await stat(path)).size} bytes, ${(await sha256(path)).slice(0, 16)}`
    else tree[name] = 'special'
  }
  return tree
}

/** The same value with the side's folder written as `$`. */
function withoutFolder(value: unknown, folder: string): unknown {
  if (typeof value === 'string') return value.replaceAll(folder, '$')
  if (Array.isArray(value)) return value.map((item) => withoutFolder(item, folder))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutFolder(item, folder)]))
}
