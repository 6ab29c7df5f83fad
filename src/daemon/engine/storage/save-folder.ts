import { constants, type Stats } from 'node:fs'
import { lstat, mkdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { closeFd, openFd, regularStamp } from './fd.ts'
import type { Stamp } from './file-stamps.ts'
import { makeFolders } from './make-folders.ts'
import { goneError, isMissing, StorageError } from './storage-error.ts'

const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants

/** A file as it was found. */
export interface FoundFile {
  /** Where the entry of that name lies: its folder is resolved, it may itself be a symbolic link. */
  readonly entry: string
  /** Where the bytes are; the same unless the entry is a symbolic link. */
  readonly real: string
  readonly stats: Stats
}

/**
 * A torrent's save path: opens files below it. Names come from strangers and folders may hold symbolic links, so every
 * folder on the way to a file that is written, moved or removed is resolved and must still lie inside. Reading follows
 * the links that a user made wherever they lead, as libtorrent does: what is read is hashed before a peer gets it.
 */
export class SaveFolder {
  readonly path: string
  #root: string | null = null
  /** The device of the save path as it was first seen; while this process lives that tells a disk that went away. */
  #device: number | null = null
  /** Folder below the save path -> its real path, for those that were seen to be inside. */
  readonly #parents = new Map<string, string>()
  /** The same for reading, wherever they lie. */
  readonly #readParents = new Map<string, string>()

  /** `path` is absolute; it need not exist. */
  constructor(path: string) {
    this.path = path
  }

  /**
   * Where a file of the torrent lies, absolute. Throws a StorageError for names that lead out: absolute ones,
   * `.` and `..` elements, NUL. (src/metainfo cleans names already; this is the last door.)
   */
  locate(name: string): string {
    const bad =
      name === '' ||
      name.includes('\0') ||
      name.split('/').some((part) => part === '' || part === '.' || part === '..')
    if (bad) throw outside(`${this.path}/${name}`, this.path)
    return join(this.path, name)
  }

  /** Opens a file to read; throws with code ENOENT when it is not there. */
  async openToRead(name: string): Promise<number> {
    const path = this.locate(name)
    try {
      const real = await this.#readName(name)
      try {
        return await openRegular(real, O_RDONLY, 0, path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error
        return await openRegular(await realpath(real), O_RDONLY, 0, path)
      }
    } catch (error) {
      if (isMissing(error)) this.#readParents.clear()
      throw StorageError.from(error, 'read', path)
    }
  }

  /**
   * Opens a file to read and write. `create`: it and its folders are made when they are missing; without it a file that
   * is not there is an error with code EGONE. So is a save path that was there and is not any more, or whose disk is
   * another one now.
   */
  async openToWrite(name: string, executable: boolean, create = true): Promise<number> {
    const path = this.locate(name)
    const flags = create ? O_RDWR | O_CREAT : O_RDWR
    const mode = executable ? 0o777 : 0o666
    try {
      if (create) await this.#sameDisk()
      const real = await this.#realName(name, create)
      return await this.#open(real, flags, mode)
    } catch (error) {
      if (!isMissing(error)) throw StorageError.from(error, 'write to', path)
      if (!create) throw goneError(path)
    }
    // a folder that we knew has been removed behind our back: make it again, once
    this.forget()
    try {
      await this.#sameDisk()
      return await this.#open(await this.#realName(name, true), flags, mode)
    } catch (error) {
      throw StorageError.from(error, 'write to', path)
    }
  }

  /**
   * Size and time of a regular file, symbolic links followed wherever they lead; null when it is not there. A file where
   * one of its folders would have to be is an error, as in libtorrent's check.
   */
  async look(name: string): Promise<Stamp | null> {
    const path = this.locate(name)
    try {
      const found = await stat(await this.#readName(name), { bigint: true })
      if (!found.isFile()) throw notFile(path)
      return { size: Number(found.size), mtimeNs: found.mtimeNs }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw StorageError.from(error, 'read', path)
      this.#readParents.clear()
      return null
    }
  }

  /**
   * A regular file, symbolic links followed as far as they stay inside; null when it is not there. A file where one of
   * its folders would have to be is an error, as in libtorrent's check.
   */
  async find(name: string): Promise<FoundFile | null> {
    const path = this.locate(name)
    try {
      const entry = await this.#realName(name, false)
      let real = entry
      let stats: Stats = await lstat(entry)
      if (stats.isSymbolicLink()) {
        real = await this.#inside(entry)
        stats = await stat(real)
      }
      if (!stats.isFile()) throw notFile(path)
      return { entry, real, stats }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw StorageError.from(error, 'read', path)
    }
  }

  /** Makes the folders that a file needs; answers with the file's real path. */
  async prepare(name: string): Promise<string> {
    const path = this.locate(name)
    try {
      return await this.#realName(name, true)
    } catch (error) {
      throw StorageError.from(error, 'create', path)
    }
  }

  /** The file's real path if its folder exists inside, null if it does not exist. */
  async resolve(name: string): Promise<string | null> {
    const path = this.locate(name)
    try {
      return await this.#realName(name, false)
    } catch (error) {
      if (isMissing(error)) return null
      throw StorageError.from(error, 'read', path)
    }
  }

  /** Forgets what it knows of folders. */
  forget(): void {
    this.#root = null
    this.#parents.clear()
    this.#readParents.clear()
  }

  /** Before something is made: throws when the save path went away, or another disk is in its place. */
  async #sameDisk(): Promise<void> {
    const found = await stat(this.path).catch((error) => (isMissing(error) ? null : Promise.reject(error)))
    if (this.#device !== null && found?.dev !== this.#device) throw goneError(this.path)
    this.#device ??= found?.dev ?? null
  }

  async #readName(name: string): Promise<string> {
    const cut = name.lastIndexOf('/')
    const parent = cut === -1 ? '' : name.slice(0, cut)
    let folder = this.#readParents.get(parent)
    if (folder === undefined) {
      folder = await realpath(parent === '' ? this.path : join(this.path, parent))
      this.#readParents.set(parent, folder)
    }
    return join(folder, name.slice(cut + 1))
  }

  async #realName(name: string, create: boolean): Promise<string> {
    const cut = name.lastIndexOf('/')
    const parent = cut === -1 ? '' : name.slice(0, cut)
    const base = name.slice(cut + 1)
    return join(this.#parents.get(parent) ?? (await this.#realParent(parent, create)), base)
  }

  async #realParent(parent: string, create: boolean): Promise<string> {
    if (this.#root === null) {
      if (create) await makeFolders(this.path)
      this.#root = await realpath(this.path)
      this.#device ??= (await stat(this.#root)).dev
    }
    let folder = this.#root
    for (const part of parent === '' ? [] : parent.split('/')) {
      const next = join(folder, part)
      if (create) await makeFolder(next)
      folder = await this.#inside(next)
    }
    this.#parents.set(parent, folder)
    return folder
  }

  /** Real path of something that must lie in the save path. */
  async #inside(path: string): Promise<string> {
    const real = await realpath(path)
    const root = this.#root ?? this.path
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw outside(path, this.path)
    }
    return real
  }

  async #open(real: string, flags: number, mode: number): Promise<number> {
    try {
      return await openRegular(real, flags, mode, real)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error
      return await openRegular(await this.#inside(real), flags, mode, real)
    }
  }
}

/** Opens what is no symbolic link; `shown` is the path that errors name. */
async function openRegular(real: string, flags: number, mode: number, shown: string): Promise<number> {
  // O_NONBLOCK: a named pipe of that name would block a thread for good
  const fd = await openFd(real, flags | O_NOFOLLOW | O_NONBLOCK, mode)
  if ((await regularStamp(fd)) !== null) return fd
  await closeFd(fd)
  throw notFile(shown)
}

function outside(path: string, root: string): StorageError {
  const shown = JSON.stringify(path)
  return new StorageError('EOUTSIDE', path, `${shown} leads out of the save path "${root}"`)
}

function notFile(path: string): StorageError {
  return new StorageError('ENOTFILE', path, `"${path}" is not a regular file`)
}

/** One level only: each folder is looked at before the next one is made in it. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
