import { lstat, realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { type Metainfo, parseTorrent } from '../../../metainfo/index.ts'
import { partFileName } from '../../engine/storage/part-file.ts'
import type { RemovalRow, TorrentPlace } from '../../state/rows.ts'
import type { Store } from '../../state/store.ts'

/** What a look at the disk needs to know of the state. */
type Source = Pick<Store, 'places' | 'torrentFile'>

/**
 * The files of a removed torrent, as names below its save path, that other torrents use, of whatever session: by the same
 * path, also where folders have several names, or through a symbolic link.
 *
 * Only torrents are looked at whose top folder lies in or around this one's, that have the same name or size, or whose
 * top is a link: to look at every file of ten thousand would take minutes.
 */
export async function filesInUse(store: Source, removal: RemovalRow): Promise<string[]> {
  const meta = parseTorrent(removal.torrentFile)
  const folder = await realOr(removal.savePath)
  const top = join(folder, meta.name)
  const own = new Map<string, string>()
  for (const name of namesOf(meta, removal.v1)) own.set(await entryOf(folder, name), name)
  const total = meta.files.reduce((sum, file) => sum + (file.pad ? 0 : file.size), 0)
  const inUse = new Set<string>()
  const folders = new Map<string, string>()
  for (const other of store.places()) {
    // the same torrent, added again since: it waits until these files are gone
    if (other.session === removal.session && other.v1 === removal.v1) continue
    const otherFolder = folders.get(other.savePath) ?? (await realOr(other.savePath))
    folders.set(other.savePath, otherFolder)
    const otherTop = join(otherFolder, other.name)
    const near = other.name === meta.name || other.total === total || overlap(top, otherTop)
    if (!near && !(await isLink(otherTop))) continue
    for (const path of await pathsOf(store, other, otherFolder)) {
      const name = own.get(path)
      if (name !== undefined) inUse.add(name)
    }
  }
  return [...inUse]
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

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(b + sep) || b.startsWith(a + sep)
}
