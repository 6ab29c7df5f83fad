import { unlink } from 'node:fs/promises'
import { Serial } from '../concurrency.ts'
import { readAt, writeAt } from './fd.ts'
import type { Layout } from './layout.ts'
import type { OpenFiles } from './open-files.ts'
import { isMissing, StorageError } from './storage-error.ts'

const noSlot = 0xffffffff

/** libtorrent's name for the part file of a torrent, in its save path. */
export function partFileName(infoHash: string): string {
  return `.${infoHash}.parts`
}

/**
 * Holds bytes of files nobody wants that came along in pieces somebody does.
 *
 * The layout is libtorrent's (part_file.cpp): number of pieces and piece length, then one slot number a piece
 * (0xffffffff: none), all 32-bit big-endian; padding to a multiple of 1024; then slots of one piece length each.
 * A piece's bytes lie in its slot where they lie in the piece.
 */
export class PartFile {
  readonly name: string
  readonly #files: OpenFiles
  readonly #layout: Layout
  readonly #headerSize: number
  readonly #slots = new Map<number, number>()
  /** Whether the header on disk is ours, so that single entries of it can be written. */
  #written = false
  /** Changes of the table, one after the other. */
  readonly #serial = new Serial()

  constructor(files: OpenFiles, layout: Layout, infoHash: string) {
    this.name = partFileName(infoHash)
    this.#files = files
    this.#layout = layout
    this.#headerSize = Math.ceil((8 + 4 * layout.numPieces) / 1024) * 1024
  }

  get empty(): boolean {
    return this.#slots.size === 0
  }

  has(piece: number): boolean {
    return this.#slots.has(piece)
  }

  /** Pieces with a slot, ascending. */
  pieces(): number[] {
    return [...this.#slots.keys()].sort((a, b) => a - b)
  }

  /** null as well when the save path is no folder: the torrent's own files will say so, whose names people know. */
  async #size(): Promise<number | null> {
    try {
      return (await this.#files.folder.look(this.name))?.size ?? null
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  /** Reads the table; a missing file, or one of another torrent's shape, is an empty table. */
  async load(): Promise<void> {
    this.#slots.clear()
    this.#written = false
    const size = await this.#size()
    if (size === null || size < this.#headerSize) return
    const header = Buffer.alloc(this.#headerSize)
    await this.#files.read(this.name, (fd) => readAt(fd, header, 0))
    if (header.readUInt32BE(0) !== this.#layout.numPieces) return
    if (header.readUInt32BE(4) !== this.#layout.pieceLength) return
    this.#written = true
    const taken = new Set<number>()
    for (let piece = 0; piece < this.#layout.numPieces; piece++) {
      const slot = header.readUInt32BE(8 + 4 * piece)
      // a slot can serve one piece only; there are never more slots than pieces
      if (slot >= this.#layout.numPieces || taken.has(slot)) continue
      taken.add(slot)
      this.#slots.set(piece, slot)
    }
  }

  /** Fills `into` with bytes of a piece; false when it has no slot or the file ends before. */
  async read(piece: number, offset: number, into: Uint8Array): Promise<boolean> {
    const slot = this.#slots.get(piece)
    if (slot === undefined) return false
    const count = await this.#files.read(this.name, (fd) => readAt(fd, into, this.#position(slot) + offset))
    return count === into.length
  }

  async write(piece: number, offset: number, bytes: Uint8Array): Promise<void> {
    const known = this.#slots.get(piece)
    if (known !== undefined) {
      await this.#files.write(this.name, false, (fd) => writeAt(fd, bytes, this.#position(known) + offset))
      return
    }
    await this.#serial.run(async () => {
      const slot = this.#slots.get(piece) ?? this.#freeSlot()
      await this.#files.write(this.name, false, async (fd) => {
        if (!this.#written) await writeAt(fd, this.#header(), 0)
        this.#written = true
        await writeAt(fd, bytes, this.#position(slot) + offset)
        // after the bytes: a slot in the table has something in it
        await writeAt(fd, entryBytes(slot), 8 + 4 * piece)
      })
      this.#slots.set(piece, slot)
    })
  }

  /** Gives up the slots of pieces. As in libtorrent, the file stays until the storage is closed. */
  async free(pieces: number[]): Promise<void> {
    await this.#serial.run(async () => {
      for (const piece of pieces) {
        if (!this.#slots.delete(piece)) continue
        await this.#files.write(this.name, false, (fd) => writeAt(fd, entryBytes(noSlot), 8 + 4 * piece))
      }
    })
  }

  /** Removes the file if nothing is left in it. */
  async tidy(): Promise<void> {
    await this.#serial.run(async () => {
      if (this.#slots.size === 0 && this.#written) await this.#remove()
    })
  }

  async #remove(): Promise<void> {
    await this.#files.close(this.name)
    this.#written = false
    const path = this.#files.folder.locate(this.name)
    try {
      await unlink(path)
    } catch (error) {
      if (!isMissing(error)) throw StorageError.from(error, 'remove', path)
    }
  }

  #freeSlot(): number {
    const taken = new Set(this.#slots.values())
    let slot = 0
    while (taken.has(slot)) slot++
    return slot
  }

  #position(slot: number): number {
    return this.#headerSize + slot * this.#layout.pieceLength
  }

  #header(): Buffer {
    const header = Buffer.alloc(this.#headerSize)
    header.writeUInt32BE(this.#layout.numPieces, 0)
    header.writeUInt32BE(this.#layout.pieceLength, 4)
    header.fill(0xff, 8, 8 + 4 * this.#layout.numPieces)
    return header
  }
}

function entryBytes(slot: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(slot)
  return bytes
}
