import type { DescriptorPool } from './descriptor-pool.ts'
import type { SaveFolder } from './save-folder.ts'
import { StorageError } from './storage-error.ts'

/** The files of one torrent as far as they are open, through the pool that all torrents share. */
export class OpenFiles {
  readonly folder: SaveFolder
  readonly #pool: DescriptorPool

  constructor(folder: SaveFolder, pool: DescriptorPool) {
    this.folder = folder
    this.#pool = pool
  }

  /** Runs `work` with a descriptor to read from. Throws a StorageError, with code ENOENT for a missing file. */
  async read<T>(name: string, work: (fd: number) => Promise<T>): Promise<T> {
    const path = this.folder.locate(name)
    // one that is open to write serves as well; it cannot go between this look and `use`
    const key = this.#pool.has(`w:${path}`) ? `w:${path}` : `r:${path}`
    try {
      return await this.#pool.use(this, key, () => this.folder.openToRead(name), work)
    } catch (error) {
      throw StorageError.from(error, 'read', path)
    }
  }

  /**
   * Runs `work` with a descriptor to write to; the file and its folders are made when missing, unless `create` is false:
   * then that is an error with code EGONE.
   */
  async write<T>(
    name: string,
    executable: boolean,
    work: (fd: number) => Promise<T>,
    create = true,
  ): Promise<T> {
    const path = this.folder.locate(name)
    const open = () => this.folder.openToWrite(name, executable, create)
    try {
      return await this.#pool.use(this, `w:${path}`, open, work)
    } catch (error) {
      throw StorageError.from(error, 'write to', path)
    }
  }

  /** Closes one file, or all; none may be in use. */
  async close(name?: string): Promise<void> {
    if (name === undefined) return this.#pool.closeAll(this)
    const path = this.folder.locate(name)
    await this.#pool.closeAll(this, `w:${path}`)
    await this.#pool.closeAll(this, `r:${path}`)
  }
}
