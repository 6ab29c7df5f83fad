import type { Stats } from 'node:fs'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { type Metainfo, parseTorrent } from '../../../metainfo/index.ts'
import { partFileName } from '../../engine/storage/part-file.ts'
import type { RemovalRow, TorrentPlace } from '../../state/rows.ts'
import type { Store } from '../../state/store.ts'

/** What a look at the disk needs to know of the state. */
type Source = Pick<Store, 'places' | 'torrentFile'>

interface Waiting {
  removal: RemovalRow
  resolve: (names: string[]) => void
  reject: (error: unknown) => void
}

/** Removals of each state that wait for the next look. */
const waiting = new WeakMap<Source, Waiting[]>()

/**
 * The files of a removed torrent, as names below its save path, that other torrents use, of whatever session: by the same
 * path, also where folders have several names, or through a symbolic link.
 *
 * Only torrents are looked at whose top lies in or around this one's, whose top is a link, or that have the same name or
 * size and a folder in which links may lie: to look at every file of ten thousand would take minutes. Removals that are asked for during a look share
 * the next one, so that a thousand of them cost a few looks at all torrents and not a thousand.
 */
export function filesInUse(store: Source, removal: RemovalRow): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const queue = waiting.get(store)
    if (queue !== undefined) {
      queue.push({ removal, resolve, reject })
      return
    }
    waiting.set(store, [{ removal, resolve, reject }])
    // those of the same turn come along
    setImmediate(() => void lookForAll(store))
  })
}

async function lookForAll(store: Source): Promise<void> {
  for (let queue = waiting.get(store)!; queue.length > 0; queue = waiting.get(store)!) {
    waiting.set(store, [])
    const neighbours = await Neighbours.of(store).catch((error: unknown) => error)
    for (const { removal, resolve, reject } of queue) {
      if (neighbours instanceof Neighbours) await neighbours.usersOf(removal).then(resolve, reject)
      else reject(neighbours)
    }
  }
  waiting.delete(store)
}

/** Another torrent with the path of its top folder, or of its only file. */
interface Neighbour {
  place: TorrentPlace
  folder: string
  top: string
}

/** Where all torrents lie at one moment. */
class Neighbours {
  readonly #store: Source
  /** Sorted by `top`. */
  readonly #all: Neighbour[]
  /** These two only of those whose top is a folder. */
  readonly #byName: Map<string, Neighbour[]>
  readonly #bySize: Map<number, Neighbour[]>
  readonly #byTop: Map<string, Neighbour[]>
  readonly #links: Neighbour[]
  readonly #paths = new Map<Neighbour, Promise<string[]>>()

  private constructor(store: Source, all: Neighbour[], links: Neighbour[], folders: Neighbour[]) {
    this.#store = store
    this.#all = all.sort((a, b) => (a.top < b.top ? -1 : Number(a.top > b.top)))
    this.#byName = Map.groupBy(folders, ({ place }) => place.name)
    this.#bySize = Map.groupBy(folders, ({ place }) => place.total)
    this.#byTop = Map.groupBy(all, ({ top }) => top)
    this.#links = links
  }

  static async of(store: Source): Promise<Neighbours> {
    const all: Neighbour[] = []
    const links: Neighbour[] = []
    const folders: Neighbour[] = []
    const inFolder = Map.groupBy(store.places(), ({ savePath }) => savePath)
    for (const [savePath, places] of inFolder) {
      const folder = await realOr(savePath)
      const own = places.map((place) => ({ place, folder, top: join(folder, place.name) }))
      const kinds = await kindsOf(folder, own)
      for (const one of own) {
        const kind = kinds.get(one.place.name)
        all.push(one)
        if (kind?.isSymbolicLink()) links.push(one)
        if (kind?.isDirectory()) folders.push(one)
      }
    }
    return new Neighbours(store, all, links, folders)
  }

  /** See filesInUse. */
  async usersOf(removal: RemovalRow): Promise<string[]> {
    const meta = parseTorrent(removal.torrentFile)
    const folder = await realOr(removal.savePath)
    const own = new Map<string, string>()
    for (const name of namesOf(meta, removal.v1)) own.set(await entryOf(folder, name), name)
    const inUse = new Set<string>()
    for (const other of this.#near(meta, join(folder, meta.name))) {
      // the same torrent, added again since: it waits until these files are gone
      if (other.place.session === removal.session && other.place.v1 === removal.v1) continue
      for (const path of await this.#pathsOf(other)) {
        const name = own.get(path)
        if (name !== undefined) inUse.add(name)
      }
    }
    return [...inUse]
  }

  /** Those that may use files of a torrent with this top. */
  #near(meta: Metainfo, top: string): Set<Neighbour> {
    const total = meta.files.reduce((sum, file) => sum + (file.pad ? 0 : file.size), 0)
    const near = new Set(this.#links)
    const add = (some: readonly Neighbour[] = []) => {
      for (const one of some) near.add(one)
    }
    add(this.#byName.get(meta.name))
    add(this.#bySize.get(total))
    for (let path = top; ; path = dirname(path)) {
      add(this.#byTop.get(path))
      if (path === dirname(path)) break
    }
    const inside = top + sep
    let from = 0
    for (let to = this.#all.length; from < to; ) {
      const middle = (from + to) >> 1
      if (this.#all[middle]!.top < inside) from = middle + 1
      else to = middle
    }
    for (let at = from; this.#all[at]?.top.startsWith(inside); at++) near.add(this.#all[at]!)
    return near
  }

  #pathsOf(other: Neighbour): Promise<string[]> {
    let paths = this.#paths.get(other)
    if (paths === undefined) {
      paths = pathsOf(this.#store, other.place, other.folder)
      this.#paths.set(other, paths)
    }
    return paths
  }
}

/** Torrents in one folder from this number on are looked at by a list of the folder. */
const many = 20

/** What lies in a folder under the names of some torrents; nothing for those that are not there. */
async function kindsOf(
  folder: string,
  tops: readonly Neighbour[],
): Promise<Map<string, Pick<Stats, 'isSymbolicLink' | 'isDirectory'>>> {
  const entries = tops.length < many ? null : await readdir(folder, { withFileTypes: true }).catch(() => null)
  if (entries !== null) return new Map(entries.map((entry) => [entry.name, entry]))
  const kinds = new Map<string, Stats>()
  for (const { place, top } of tops) {
    const kind = await lstat(top).catch(() => null)
    if (kind !== null) kinds.set(place.name, kind)
  }
  return kinds
}

/** Where the files of another torrent lie: their entries, and where those lead that are links. */
async function pathsOf(store: Source, other: TorrentPlace, folder: string): Promise<string[]> {
  let torrentFile: Uint8Array | null
  let meta: Metainfo
  try {
    torrentFile = store.torrentFile(other.id)
    if (torrentFile === null) return []
    meta = parseTorrent(torrentFile)
  } catch {
    // a damaged row: it is set aside and named elsewhere
    return []
  }
  const paths: string[] = []
  for (const name of namesOf(meta, other.v1)) {
    const entry = await entryOf(folder, name)
    paths.push(entry)
    if (await isLink(entry)) paths.push(await realOr(entry))
  }
  return paths
}

function namesOf(meta: Metainfo, v1: string): string[] {
  return [...meta.files.filter((file) => !file.pad).map((file) => file.path), partFileName(v1)]
}

/** A file with the folders on its way resolved. */
async function entryOf(folder: string, name: string): Promise<string> {
  const path = join(folder, name)
  return join(await realOr(dirname(path)), basename(path))
}

/** The path itself when it leads nowhere. */
function realOr(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isSymbolicLink() ?? false
}
