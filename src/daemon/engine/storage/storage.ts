import { readlink, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Metainfo } from '../../../metainfo/types.ts'
import type { DescriptorPool } from './descriptor-pool.ts'
import { extendTo, readAt, writeAt } from './fd.ts'
import { Gate } from './gate.ts'
import { type FileRange, filePieces, fileRanges } from './layout.ts'
import { OpenFiles } from './open-files.ts'
import { PartFile } from './part-file.ts'
import { SaveFolder } from './save-folder.ts'
import { StorageError } from './storage-error.ts'

/** Priority of files a shorter list does not name (libtorrent's default_priority). */
const defaultPriority = 4

/**
 * A torrent's bytes on disk, with libtorrent's names and layout, so that folders can be handed from one client
 * to another. Positions are bytes of the piece space.
 *
 * Pad files are not there: they read as zeros and swallow what is written. An unwanted file is not created: what
 * its neighbours' pieces bring of it goes to the part file, unless it already exists.
 */
export class Storage {
  readonly meta: Metainfo
  readonly part: PartFile
  readonly #files: OpenFiles
  readonly #gate = new Gate()
  /** Per file: whether its bytes live in the part file. */
  readonly #inPart: boolean[]
  #priorities: readonly number[]

  /** `infoHash` is the v1 hash, which names the part file. Nothing is touched before `prepare`. */
  constructor(
    meta: Metainfo,
    infoHash: string,
    savePath: string,
    pool: DescriptorPool,
    priorities: readonly number[],
  ) {
    this.meta = meta
    this.#files = new OpenFiles(new SaveFolder(savePath), pool)
    this.part = new PartFile(this.#files, meta, infoHash)
    this.#inPart = meta.files.map(() => false)
    this.#priorities = priorities
  }

  /** Looks at the disk: which unwanted files exist, and what the part file holds for files wanted by now. */
  prepare(): Promise<void> {
    return this.#gate.exclusive(async () => {
      await this.part.load()
      await this.#place()
    })
  }

  /**
   * New file priorities: 0 is unwanted. As in libtorrent, a file that becomes wanted is made at once with its full size
   * (without taking room on disk), and gets its bytes that were kept aside.
   */
  setPriorities(priorities: readonly number[]): Promise<void> {
    const before = this.#priorities
    this.#priorities = priorities
    return this.#gate.exclusive(async () => {
      await this.#place()
      for (const [index, file] of this.meta.files.entries()) {
        if (file.pad || file.size === 0 || !this.#wanted(index) || this.#wanted(index, before)) continue
        await this.#files.write(file.path, file.executable, (fd) => extendTo(fd, file.size))
      }
    })
  }

  /** Whether a file's bytes live in the part file. */
  isInPart(file: number): boolean {
    return this.#inPart[file] ?? false
  }

  /** Size on disk of a file; null when it does not exist. */
  fileSize(file: number): Promise<number | null> {
    return this.#files.folder.size(this.meta.files[file]!.path)
  }

  /** Fills `into`. Throws a StorageError when a byte of it is not on disk. */
  read(start: number, into: Uint8Array): Promise<void> {
    return this.#gate.shared(async () => {
      const ranges = fileRanges(this.meta, start, into.length)
      await Promise.all(
        ranges.map((range) => this.#readRange(range, into.subarray(range.at, range.at + range.length))),
      )
    })
  }

  /** Answers when the system has taken all of the bytes. Throws a StorageError naming the file that did not. */
  write(start: number, bytes: Uint8Array): Promise<void> {
    return this.#gate.shared(async () => {
      const ranges = fileRanges(this.meta, start, bytes.length)
      await Promise.all(
        ranges.map((range) => this.#writeRange(range, bytes.subarray(range.at, range.at + range.length))),
      )
    })
  }

  /** Creates what has no bytes and so is never written: empty files that are wanted, and links (BEP 47). */
  async createEmptyFiles(): Promise<void> {
    for (const [index, file] of this.meta.files.entries()) {
      if (file.size > 0 || file.pad || !this.#wanted(index)) continue
      if (file.symlink !== null) await this.#createLink(file.path, file.symlink)
      else if ((await this.fileSize(index)) === null) {
        await this.#files.write(file.path, file.executable, async () => {})
      }
    }
  }

  /** Waits for reads and writes under way, then closes the files; a part file with nothing in it goes. */
  close(): Promise<void> {
    return this.#gate.exclusive(async () => {
      // One that cannot be removed is empty and harms nobody; the next storage tries again.
      await this.part.tidy().catch(() => {})
      await this.#files.close()
    })
  }

  #wanted(file: number, priorities = this.#priorities): boolean {
    return (priorities[file] ?? defaultPriority) > 0
  }

  /** Decides where each file's bytes live, and moves them if that changed. */
  async #place(): Promise<void> {
    for (const [index, file] of this.meta.files.entries()) {
      if (file.pad || file.size === 0) continue
      // bytes in an existing file stay there, as in libtorrent: moving them aside would be of no use
      if (!this.#wanted(index)) this.#inPart[index] = (await this.fileSize(index)) === null
      else if (!this.part.empty) await this.#moveOut(index)
      else this.#inPart[index] = false
    }
    await this.part.free(this.part.pieces().filter((piece) => !this.#needsSlot(piece)))
  }

  /**
   * Moves a wanted file's bytes out of the part file, unless the file exists and so has its own. In ascending
   * order: until the last of them is there, the file is too short for what is claimed of it (see `trust.ts`).
   */
  async #moveOut(index: number): Promise<void> {
    const file = this.meta.files[index]!
    const pieces = filePieces(this.meta, file)
    const slots =
      pieces === null ? [] : this.part.pieces().filter((p) => p >= pieces.first && p <= pieces.last)
    if (slots.length > 0 && (this.#inPart[index] || (await this.fileSize(index)) === null)) {
      for (const piece of slots) {
        const start = Math.max(file.offset, piece * this.meta.pieceLength)
        const end = Math.min(file.offset + file.size, (piece + 1) * this.meta.pieceLength)
        const bytes = new Uint8Array(end - start)
        if (!(await this.part.read(piece, start - piece * this.meta.pieceLength, bytes))) continue
        await this.#files.write(file.path, file.executable, (fd) => writeAt(fd, bytes, start - file.offset))
      }
    }
    this.#inPart[index] = false
  }

  /** Whether a file that lives in the part file has bytes in this piece. */
  #needsSlot(piece: number): boolean {
    const start = piece * this.meta.pieceLength
    const length = Math.min(this.meta.pieceLength, this.meta.totalSize - start)
    return fileRanges(this.meta, start, length).some((range) => this.#inPart[range.file])
  }

  async #readRange(range: FileRange, into: Uint8Array): Promise<void> {
    const file = this.meta.files[range.file]!
    if (file.pad) {
      into.fill(0)
      return
    }
    if (this.#inPart[range.file]) {
      for (const slice of this.#slices(range)) {
        const found = await this.part.read(
          slice.piece,
          slice.offset,
          into.subarray(slice.at, slice.at + slice.length),
        )
        if (!found) throw this.#short(file.path)
      }
      return
    }
    const count = await this.#files.read(file.path, (fd) => readAt(fd, into, range.offset))
    if (count < into.length) throw this.#short(file.path)
  }

  async #writeRange(range: FileRange, bytes: Uint8Array): Promise<void> {
    const file = this.meta.files[range.file]!
    if (file.pad) return
    if (this.#inPart[range.file]) {
      for (const slice of this.#slices(range)) {
        await this.part.write(slice.piece, slice.offset, bytes.subarray(slice.at, slice.at + slice.length))
      }
      return
    }
    await this.#files.write(file.path, file.executable, (fd) => writeAt(fd, bytes, range.offset))
  }

  /** A file range cut at piece borders, for the slots of the part file. */
  *#slices(range: FileRange): Generator<{ piece: number; offset: number; length: number; at: number }> {
    const { pieceLength, files } = this.meta
    const start = files[range.file]!.offset + range.offset
    for (let at = 0; at < range.length; ) {
      const piece = Math.floor((start + at) / pieceLength)
      const offset = start + at - piece * pieceLength
      const length = Math.min(pieceLength - offset, range.length - at)
      yield { piece, offset, length, at }
      at += length
    }
  }

  async #createLink(path: string, target: string): Promise<void> {
    if (path === target) return
    const absolute = this.#files.folder.locate(path)
    // throws when the target leads out
    this.#files.folder.locate(target)
    const to = relative(dirname(path), target)
    const real = await this.#files.folder.prepare(path)
    try {
      await symlink(to, real)
    } catch (error) {
      const there = await readlink(real).catch(() => null)
      if (there !== to) throw StorageError.from(error, 'create', absolute)
    }
  }

  #short(path: string): StorageError {
    const absolute = join(this.#files.folder.path, path)
    return new StorageError('ESHORT', absolute, `"${absolute}" ends before the bytes that were asked for`)
  }
}
