import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { writeFiles } from '../helpers/data.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { Driver } from './driver.ts'
import type { Peer, Side, Status } from './side.ts'

/** A torrent file and the folder that its data is in. */
export interface Made {
  file: string
  folder: string
  name: string
}

interface MakeOptions {
  piece_size?: number
  /** 1, 2, or 3 for a hybrid. */
  version?: number
  trackers?: [url: string, tier: number][]
  comment?: string
  creator?: string
  priv?: boolean
}

/** What both sides of a scenario have in common: torrents, and peers that are neither of them. */
export class World {
  readonly folder: string
  readonly #driver: Driver
  readonly #peers: Driver[] = []
  #count = 0

  private constructor(folder: string) {
    this.folder = folder
    this.#driver = Driver.libtorrent()
  }

  static async create(): Promise<World> {
    return new World(await mkdtemp(join(tmpdir(), 'porla-lua-oracle-')))
  }

  async makeFolder(name: string): Promise<string> {
    const folder = join(this.folder, name)
    await mkdir(folder)
    return folder
  }

  /** Ends the peers and removes every file. */
  async end(): Promise<void> {
    await Promise.all([this.#driver, ...this.#peers].map((driver) => driver.end()))
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Makes a torrent of a folder `name` with these files (sizes or contents), or of one file when it is a size. */
  async torrent(
    name: string,
    files: Record<string, number | Uint8Array> | number,
    options: MakeOptions = {},
  ): Promise<Made> {
    const folder = join(this.folder, `data-${this.#count++}`)
    await mkdir(folder, { recursive: true })
    if (typeof files === 'number') await writeFiles(folder, { [name]: files })
    else await writeFiles(join(folder, name), files)
    const file = join(this.folder, `${basename(folder)}.torrent`)
    await this.#driver.request('create', { path: join(folder, name), file, piece_size: 16384, ...options })
    return { file, folder, name }
  }

  /**
   * A libtorrent client that seeds a torrent, checked first. Each has a loopback address of its own, since libtorrent
   * knows one peer per address and bans addresses. `params` are those of `add`, such as `upload_limit`.
   */
  async seed(made: Made, params: object = {}): Promise<Peer> {
    const driver = Driver.libtorrent()
    this.#peers.push(driver)
    const ip = `127.0.0.${this.#peers.length}`
    await driver.request('apply', {
      settings: { listen_interfaces: `${ip}:0`, allow_multiple_connections_per_ip: true },
    })
    // It must not tell the two sides of one another.
    const flags = { auto_managed: false, paused: false, disable_pex: true }
    await driver.request('add', { key: 'seed', file: made.file, save_path: made.folder, flags, ...params })
    await waitUntil('the seed has everything', async () => {
      const status = await driver.request<Status>('status', { key: 'seed' })
      return status.is_seeding
    })
    const port = await waitUntil('the seed listens', () => driver.request<number>('port'))
    return { ip, port, driver }
  }

  /** Gives a side a copy of the data, as if it had been there before. */
  async give(side: Side, made: Made, to = 'save'): Promise<string> {
    const target = await side.folderAt(to)
    await cp(made.folder, target, { recursive: true })
    return join(target, made.name)
  }
}

/** The three files of most scenarios: 20 pieces, none of whose borders is a file's. */
export const threeFiles = { 'a.bin': 100_000, 'b.bin': 150_000, 'c.bin': 70_001 }
