import { readlink, realpath, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Metainfo } from '../../../metainfo/types.ts'
import { ReadWriteLock, Semaphore } from '../concurrency.ts'
import type { DescriptorPool } from './descriptor-pool.ts'
import { extendTo, readAt, regularStamp, syncFd, writeAt, writePartsAt } from './fd.ts'
import { FileStamps, FileState, type Stamp, sameStamp } from './file-stamps.ts'
import { type FileRange, filePieces, fileRanges, pieceSize } from './layout.ts'
import { OpenFiles } from './open-files.ts'
import { PartFile } from './part-file.ts'
import { type Parts, sliceParts } from './parts.ts'
import { SaveFolder } from './save-folder.ts'
import { changedError, StorageError } from './storage-error.ts'

/** Priority of files a shorter list does not name (libtorrent's default_priority). */
const defaultPriority = 4
/** A file is done with when nothing was written to it for so long, ms. */
const quietMs = 2000
/** A file that was written by somebody else within this may not be on the disk yet, ms; Linux waits half a minute. */
const flushedMs = 120_000

/** One at a time for the whole host: a slow disk must not take all threads that read and write. */
const syncs = new Semaphore(1)
const never = new AbortController().signal

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
  /** What the files look like; empty until somebody has compared them (resume-check.ts). */
  readonly stamps: FileStamps
  readonly #files: OpenFiles
  /** Reads and writes of pieces may overlap each other, but not a change of where a file's bytes live. */
  readonly #gate = new ReadWriteLock()
  /** Per file: whether its bytes live in the part file. */
  readonly #inPart: boolean[]
  /** Writes to each file under way, and when the last one began or ended; the part file is the last. */
  readonly #writing: Uint32Array
  readonly #writtenAt: Float64Array
  /** Files whose pieces are not proven yet: their stamps would say too much. */
  readonly #unproven = new Set<number>()
  #priorities: readonly number[]

  /**
   * `infoHash` is the v1 hash, which names the part file. `stamps`: what is known of the files without looking at them,
   * null for nothing. Nothing is touched before `prepare`.
   */
  constructor(
    meta: Metainfo,
    infoHash: string,
    savePath: string,
    pool: DescriptorPool,
    priorities: readonly number[],
    stamps: Uint8Array | null = null,
  ) {
    this.meta = meta
    this.#files = new OpenFiles(new SaveFolder(savePath), pool)
    this.part = new PartFile(this.#files, meta, infoHash)
    this.#inPart = meta.files.map(() => false)
    this.#priorities = priorities
    this.stamps = FileStamps.decode(stamps, meta.files.length + 1) ?? new FileStamps(meta.files.length + 1)
    this.#writing = new Uint32Array(this.stamps.count)
    this.#writtenAt = new Float64Array(this.stamps.count)
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
        await this.#writeFile(index, (fd) => extendTo(fd, file.size))
      }
    })
  }

  /** Whether a file's bytes live in the part file. */
  isInPart(file: number): boolean {
    return this.#inPart[file] ?? false
  }

  /** Size and time of a file on disk; null when it does not exist. The part file is the one after the last. */
  look(file: number): Promise<Stamp | null> {
    return this.#files.folder.look(this.#name(file))
  }

  /** Absolute path of a file, for errors. */
  pathOf(file: number): string {
    return join(this.#files.folder.path, this.#name(file))
  }

  #name(file: number): string {
    return this.meta.files[file]?.path ?? this.part.name
  }

  /** Whether bytes of a piece go to the part file. */
  isPartly(piece: number): boolean {
    const start = piece * this.meta.pieceLength
    return fileRanges(this.meta, start, pieceSize(this.meta, piece)).some(({ file }) => this.#inPart[file])
  }

  /** The files in which a piece has bytes; the part file when some of them lie there. */
  filesOf(piece: number): number[] {
    const start = piece * this.meta.pieceLength
    const ranges = fileRanges(this.meta, start, pieceSize(this.meta, piece))
    const files = ranges.filter(({ file }) => !this.meta.files[file]!.pad).map(({ file }) => file)
    const whole = files.filter((file) => !this.#inPart[file])
    return whole.length < files.length ? [...whole, this.meta.files.length] : whole
  }

  /** A piece was taken on trust (proof.ts): while that is so its files count as written to. */
  doubt(piece: number): void {
    for (const file of this.filesOf(piece)) this.#unproven.add(file)
  }

  /** All that was doubted has proven right. */
  proven(): void {
    this.#unproven.clear()
  }

  /** A piece that was claimed is wrong: its files have to be hashed. */
  distrust(piece: number): void {
    for (const file of this.filesOf(piece)) this.stamps.set(file, FileState.changed)
  }

  /**
   * Notes what the files look like that have been written to, as far as that is over. Each is synced before: a stamp must
   * not outlive the bytes that it stands for when the power goes. What cannot be looked at stays as it is.
   */
  settle(): Promise<void> {
    return this.#gate.shared(() => this.#settle(false))
  }

  /** Has the disk take what somebody wrote to a file lately, so that a stamp of it does not outlive its bytes. */
  async syncIfFresh(file: number, { mtimeNs }: Stamp): Promise<void> {
    if (Date.now() - Number(mtimeNs / 1_000_000n) < flushedMs) await this.#sync(file)
  }

  #sync(file: number): Promise<void> {
    return syncs.run(never, false, () => this.#files.read(this.#name(file), syncFd))
  }

  async #settle(all: boolean): Promise<void> {
    if (!this.stamps.anyWritten) return
    for (let file = 0; file < this.stamps.count; file++) {
      if (this.stamps.state(file) !== FileState.written || this.#unproven.has(file)) continue
      const at = this.#writtenAt[file]!
      const idle = () => this.#writing[file] === 0 && this.#writtenAt[file] === at
      if (!idle() || (!all && performance.now() - at < quietMs)) continue
      const found = await this.#sync(file).then(
        () => this.look(file),
        () => null,
      )
      if (found !== null && idle()) this.stamps.keep(file, found)
    }
  }

  /** Waits for reads and writes under way and closes the files, which are opened again when they are needed. */
  closeFiles(): Promise<void> {
    return this.#gate.exclusive(() => this.#files.close())
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
    return this.writeParts(start, [bytes], bytes.length)
  }

  /** The same for `length` bytes that lie in several arrays: they are not copied, and must not change meanwhile. */
  writeParts(start: number, parts: Parts, length: number): Promise<void> {
    return this.#gate.shared(async () => {
      const ranges = fileRanges(this.meta, start, length)
      if (ranges.length === 1) return await this.#writeRange(ranges[0]!, parts)
      await Promise.all(
        ranges.map((range) => this.#writeRange(range, sliceParts(parts, range.at, range.length))),
      )
    })
  }

  /** Creates what has no bytes and so is never written: empty files that are wanted, and links (BEP 47). */
  async createEmptyFiles(): Promise<void> {
    for (const [index, file] of this.meta.files.entries()) {
      if (file.size > 0 || file.pad || !this.#wanted(index)) continue
      if (file.symlink !== null) await this.#createLink(file.path, file.symlink)
      else if ((await this.look(index)) === null) {
        await this.#files.write(file.path, file.executable, async () => {})
      }
    }
  }

  /** Waits for reads and writes under way, then closes the files; a part file with nothing in it goes. */
  close(): Promise<void> {
    return this.#gate.exclusive(async () => {
      // One that cannot be removed is empty and harms nobody; the next storage tries again.
      await this.part.tidy().catch(() => {})
      await this.#settle(true)
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
      if (!this.#wanted(index)) this.#inPart[index] = (await this.look(index)) === null
      else if (!this.part.empty) await this.#moveOut(index)
      else this.#inPart[index] = false
    }
    const free = this.part.pieces().filter((piece) => !this.#needsSlot(piece))
    if (free.length > 0) await this.#noteWrite(this.meta.files.length, () => this.part.free(free))
  }

  /**
   * Moves a wanted file's bytes out of the part file, unless the file exists and so has its own. In ascending
   * order: until the last of them is there, the file is too short for what is claimed of it (see resume-check.ts).
   */
  async #moveOut(index: number): Promise<void> {
    const file = this.meta.files[index]!
    const pieces = filePieces(this.meta, file)
    const slots =
      pieces === null ? [] : this.part.pieces().filter((p) => p >= pieces.first && p <= pieces.last)
    if (slots.length > 0 && (this.#inPart[index] || (await this.look(index)) === null)) {
      for (const piece of slots) {
        const start = Math.max(file.offset, piece * this.meta.pieceLength)
        const end = Math.min(file.offset + file.size, (piece + 1) * this.meta.pieceLength)
        const bytes = new Uint8Array(end - start)
        if (!(await this.part.read(piece, start - piece * this.meta.pieceLength, bytes))) continue
        await this.#writeFile(index, (fd) => writeAt(fd, bytes, start - file.offset))
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
    const read = async (fd: number) => {
      const count = await readAt(fd, into, range.offset)
      await this.#compare(range.file, fd)
      if (this.stamps.state(range.file) === FileState.changed)
        throw changedError(this.pathOf(range.file), 'its pieces are checked')
      return count
    }
    if ((await this.#files.read(file.path, read)) < into.length) throw this.#short(file.path)
  }

  /** After each read: has somebody else changed the file since its pieces were known to be right? */
  async #compare(index: number, fd: number): Promise<void> {
    if (this.stamps.state(index) !== FileState.kept) return
    const found = await regularStamp(fd)
    if (found !== null) this.#judge(index, found)
  }

  #judge(index: number, found: Stamp): void {
    const { stamps } = this
    if (stamps.state(index) === FileState.kept && !sameStamp(found, stamps.stamp(index)))
      stamps.set(index, FileState.changed)
  }

  /**
   * Runs a write to one file, and keeps in mind that its time is our doing. A file that was there is not made anew, and
   * one that somebody else has changed meanwhile is not taken for ours.
   */
  #writeFile(index: number, work: (fd: number) => Promise<void>): Promise<void> {
    const { stamps } = this
    const file = this.meta.files[index]!
    const isNew = stamps.state(index) === FileState.unknown
    const write = async (fd: number) => {
      if (stamps.state(index) === FileState.kept) {
        const found = await regularStamp(fd)
        if (found !== null) this.#judge(index, found)
        stamps.wrote(index)
      }
      await work(fd)
    }
    return this.#noteWrite(index, () => this.#files.write(file.path, file.executable, write, isNew))
  }

  async #noteWrite(index: number, write: () => Promise<void>): Promise<void> {
    this.#writing[index]!++
    try {
      await write()
      this.stamps.wrote(index)
    } finally {
      this.#writing[index]!--
      this.#writtenAt[index] = performance.now()
    }
  }

  async #writeRange(range: FileRange, parts: Parts): Promise<void> {
    const file = this.meta.files[range.file]!
    if (file.pad) return
    if (this.#inPart[range.file]) {
      await this.#noteWrite(this.meta.files.length, async () => {
        for (const slice of this.#slices(range)) {
          const bytes = Buffer.concat(sliceParts(parts, slice.at, slice.length))
          await this.part.write(slice.piece, slice.offset, bytes)
        }
      })
      return
    }
    await this.#writeFile(range.file, (fd) => writePartsAt(fd, parts, range.offset))
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
    const real = await this.#files.folder.prepare(path)
    // from where the link really lies: a folder on the way may be a link of the user, and `..` leads elsewhere there
    const to = relative(dirname(real), join(await realpath(this.#files.folder.path), target))
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
