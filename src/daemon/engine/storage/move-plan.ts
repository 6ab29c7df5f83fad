import type { Stats } from 'node:fs'
import { access, constants, lstat, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { FileEntry } from '../../../metainfo/types.ts'
import { makeFolders } from './make-folders.ts'
import { asideName, isProbeName, probeName, waitingName } from './moving-name.ts'
import { partFileName } from './part-file.ts'
import { foldersOf } from './remove-files.ts'
import { type FoundFile, SaveFolder } from './save-folder.ts'
import { isMissing, StorageError } from './storage-error.ts'

/** What to move. */
export interface Move {
  files: readonly FileEntry[]
  /** v1 hash, which names the part file. */
  infoHash: string
  /** Absolute folders. */
  from: string
  to: string
  /** Whether a piece of this file is known to be on disk. */
  claimed: (file: number) => boolean
}

/** A file on its way. */
export interface Item {
  /** Below either folder. */
  readonly name: string
  /** What goes in the end: the file, or a symbolic link to it. */
  readonly entry: string
  /** Where the bytes are. */
  readonly source: string
  /** Their size and time; of a symbolic link of the torrent its own. */
  readonly stats: Stats
  readonly link: boolean
  readonly target: string
  /** Where its copy waits. */
  readonly waiting: string
  /** Where it waits for its end. */
  readonly aside: string
  /** It cannot be renamed: another device, or a link to elsewhere in the old save path. */
  copy: boolean
  /** An earlier try has copied it, or somebody else. */
  there: boolean
}

export interface Plan {
  readonly from: SaveFolder
  readonly to: SaveFolder
  readonly names: readonly string[]
  readonly items: readonly Item[]
  /** Old place -> new place of files that are there already, most likely because of an earlier try. */
  readonly arrived: ReadonlyMap<string, string>
  /** Old files that an earlier try had still to delete. */
  readonly leftAside: readonly string[]
  /** Folders that the plan made, outermost first. */
  readonly made: readonly string[]
}

/**
 * Looks at everything before anything is moved, and makes the new folders. Throws a StorageError with what was made
 * removed: for a target that is a folder or that leads out of the save path, an old folder that cannot be changed.
 * null: both folders are the same.
 */
export async function planMove(
  move: Move,
  undo: (made: readonly string[]) => Promise<void>,
): Promise<Plan | null> {
  const made: string[] = []
  try {
    await makeTarget(move.to, made)
    const old = await there(move.from, stat)
    if (old !== null && sameEntry(old, await stat(move.to))) return null
    return await look(move, made)
  } catch (error) {
    await undo(made)
    throw StorageError.from(error, 'move files to', move.to)
  }
}

async function look(move: Move, made: string[]): Promise<Plan> {
  const from = new SaveFolder(move.from)
  const to = new SaveFolder(move.to)
  const files = move.files.map((file, index) => ({ name: file.path, index, link: file.symlink !== null }))
  const wanted = files.filter(({ index }) => !move.files[index]!.pad)
  wanted.push({ name: partFileName(move.infoHash), index: files.length, link: false })
  const items: Item[] = []
  const arrived = new Map<string, string>()
  const leftAside: string[] = []
  const seen = new Set<string>()
  const aliases = new Map<string, boolean>()
  const isAlias = async (folder: string, old: string) => {
    const key = `${folder}\0${old}`
    const known = aliases.get(key) ?? (await showsTheSame(folder, old, move.infoHash))
    aliases.set(key, known)
    return known
  }
  const parents = new Map<string, Stats>()
  const parentOf = async (path: string) => {
    const folder = dirname(path)
    const known = parents.get(folder) ?? (await stat(folder))
    parents.set(folder, known)
    return known
  }
  for (const { name, index, link } of wanted) {
    const aside = asideName(name, move.infoHash, index)
    const found = (await findOld(from, name, link)) ?? (await takeBack(from, to, name, aside))
    if (found === null) {
      const landed = index < files.length && move.claimed(index) ? await to.find(name) : null
      if (landed !== null) arrived.set(from.locate(name), landed.entry)
      const old = await from.find(aside)
      if (old !== null) leftAside.push(old.entry)
      continue
    }
    await noteMissing(move.to, name, seen, made)
    const target = await to.prepare(name)
    const parent = await parentOf(target)
    const oldParent = await parentOf(found.entry)
    // one folder under two names: what is there has arrived, and must not be taken for the old copy
    if (sameEntry(parent, oldParent)) continue
    if (parent.dev !== oldParent.dev && (await isAlias(dirname(target), dirname(found.entry)))) continue
    if ((await there(target))?.isDirectory()) throw inTheWay(to.locate(name))
    const copy = parent.dev !== oldParent.dev || found.entry !== found.real
    if (copy) await mustBeWritable(dirname(found.entry))
    items.push({
      name,
      entry: found.entry,
      source: found.real,
      stats: found.stats,
      link,
      target,
      waiting: join(dirname(target), basename(waitingName(name, move.infoHash, index))),
      aside: join(dirname(found.entry), basename(aside)),
      copy,
      there: false,
    })
  }
  refuseOverlap(items, move.to)
  return { from, to, names: wanted.map(({ name }) => name), items, arrived, leftAside, made }
}

/** What is in the old place. A symbolic link that the torrent itself consists of (BEP 47) is moved as it is. */
async function findOld(folder: SaveFolder, name: string, link: boolean): Promise<FoundFile | null> {
  if (!link) return folder.find(name)
  const entry = await folder.resolve(name)
  const stats = entry === null ? null : await there(entry)
  return entry !== null && stats?.isSymbolicLink() ? { entry, real: entry, stats } : folder.find(name)
}

/**
 * Whether two folders that look like two devices are one: a pool of disks and one of them, an overlay and its upper
 * layer, a share that is mounted twice. Removes what a try that was cut off here has left.
 */
async function showsTheSame(folder: string, old: string, infoHash: string): Promise<boolean> {
  const name = probeName(infoHash)
  const probe = join(folder, name)
  try {
    // a folder may be writable and not readable
    const names = await readdir(folder).catch((error) =>
      error.code === 'EACCES' ? [] : Promise.reject(error),
    )
    for (const left of names.filter((other) => isProbeName(other, infoHash)))
      await rm(join(folder, left), { force: true })
    await writeFile(probe, '', { flag: 'wx' })
  } catch (error) {
    throw StorageError.from(error, 'write to', folder)
  }
  try {
    return (await there(join(old, name))) !== null
  } finally {
    await rm(probe, { force: true })
  }
}

/** A copy whose original cannot be deleted would be no move. */
async function mustBeWritable(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK)
  } catch (error) {
    throw StorageError.from(error, 'move files out of', folder)
  }
}

/** A try that was cut off may have put an old file aside that is the only one: see `dropOld`. */
async function takeBack(
  from: SaveFolder,
  to: SaveFolder,
  name: string,
  aside: string,
): Promise<FoundFile | null> {
  const old = await from.find(aside)
  if (old === null || (await to.find(name)) !== null) return null
  await rename(old.entry, join(dirname(old.entry), basename(name)))
  return from.find(name)
}

/** Moving into or out of a folder of the same torrent may put a file where another one still is. */
function refuseOverlap(items: readonly Item[], to: string): void {
  const sources = new Set(items.map(({ entry }) => entry))
  const both = items.find(({ target }) => sources.has(target))
  if (!both) return
  throw new StorageError(
    'EINVAL',
    both.target,
    `cannot move files to "${to}": "${both.target}" would be another file of the same torrent; choose a folder that is not inside of it`,
  )
}

/** Notes the folders of the torrent that have to be made below the new save path. */
async function noteMissing(to: string, name: string, seen: Set<string>, made: string[]): Promise<void> {
  for (const folder of foldersOf(name)) {
    if (seen.has(folder)) continue
    seen.add(folder)
    const path = join(to, folder)
    if ((await there(path)) === null) made.push(path)
  }
}

/** Makes a folder and those above it; notes the new ones, outermost first. */
async function makeTarget(path: string, made: string[]): Promise<void> {
  try {
    const first = await makeFolders(path)
    if (first === undefined) return
    const more: string[] = []
    for (let folder = path; folder.length > first.length; folder = dirname(folder)) more.push(folder)
    made.push(first, ...more.reverse())
  } catch (error) {
    throw StorageError.from(error, 'create', path)
  }
}

async function there(path: string, look: (path: string) => Promise<Stats> = lstat): Promise<Stats | null> {
  try {
    return await look(path)
  } catch (error) {
    if (isMissing(error)) return null
    throw StorageError.from(error, 'read', path)
  }
}

function sameEntry(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino
}

function inTheWay(path: string): StorageError {
  return new StorageError('EISDIR', path, `cannot move a file to "${path}": there is a folder of that name`)
}
