import { constants, type Stats } from 'node:fs'
import { lstat, mkdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { closeFd, isRegular, openFd } from './fd.ts'
import { isMissing, StorageError } from './storage-error.ts'

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
 * A torrent's save path: opens files below it and nothing else. Names come from strangers and folders may hold
 * symbolic links, so every folder on the way is resolved and must still lie inside.
 */
export class SaveFolder {
  readonly path: string
  #root: string | null = null
  /** Folder below the save path -> its real path, for those that were seen to be inside. */
  readonly #parents = new Map<string, string>()

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
      return await this.#open(await this.#realName(name, false), O_RDONLY, 0)
    } catch (error) {
      throw StorageError.from(error, 'read', path)
    }
  }

  /** Opens a file to read and write; creates it and its folders when they are missing. */
  async openToWrite(name: string, executable: boolean): Promise<number> {
    const path = this.locate(name)
    const mode = executable ? 0o777 : 0o666
    try {
      const real = await this.#realName(name, true)
      return await this.#open(real, O_RDWR | O_CREAT, mode)
    } catch (error) {
      if (!isMissing(error)) throw StorageError.from(error, 'write to', path)
    }
    // a folder that we knew has been removed behind our back: make it again, once
    this.forget()
    try {
      return await this.#open(await this.#realName(name, true), O_RDWR | O_CREAT, mode)
    } catch (error) {
      throw StorageError.from(error, 'write to', path)
    }
  }

  /** Size of a file, symbolic links followed as far as they stay inside; null when it is not there. */
  async size(name: string): Promise<number | null> {
    return (await this.find(name))?.stats.size ?? null
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
  }

  async #realName(name: string, create: boolean): Promise<string> {
    const cut = name.lastIndexOf('/')
    const parent = cut === -1 ? '' : name.slice(0, cut)
    const base = name.slice(cut + 1)
    return join(this.#parents.get(parent) ?? (await this.#realParent(parent, create)), base)
  }

  async #realParent(parent: string, create: boolean): Promise<string> {
    if (this.#root === null) {
      if (create) await mkdir(this.path, { recursive: true })
      this.#root = await realpath(this.path)
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
    // O_NONBLOCK: a named pipe of that name would block a thread for good
    let fd: number
    try {
      fd = await openFd(real, flags | O_NOFOLLOW | O_NONBLOCK, mode)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error
      fd = await openFd(await this.#inside(real), flags | O_NOFOLLOW | O_NONBLOCK, mode)
    }
    if (!(await isRegular(fd))) {
      await closeFd(fd)
      throw notFile(real)
    }
    return fd
  }
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
