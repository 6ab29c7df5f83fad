import { createHash, type Hash } from 'node:crypto'
import type { Parts } from '../../storage/parts.ts'
import { type BegunPiece, blockLength } from './begun-piece.ts'

/** What of all begun pieces is held in memory at most before pieces are written in smaller stretches, bytes. */
const budget = 32 << 20
/** Hashed bytes of a piece that is not complete are written in stretches of this size, bytes. */
const largestStretch = 4 << 20
const smallestStretch = 64 << 10
/** From so many held bytes on, blocks are written that cannot be hashed yet, bytes. */
const mostHeld = 2 * budget
/** What is read at once to hash a piece from the disk, bytes. */
const readStep = 1 << 20

/** Where the bytes go. */
export interface AssemblyDisk {
  write(start: number, parts: Parts, length: number, done: () => void): void
}

/** What of a storage is needed. */
export interface AssemblyStorage {
  readonly meta: { readonly pieceLength: number; readonly pieceHashes: Uint8Array }
  isPartly(piece: number): boolean
  read(start: number, into: Uint8Array): Promise<void>
}

export interface AssemblyEvents {
  /** The piece has the right hash, and the system has taken all of it. */
  done(begun: BegunPiece): void
  /** It has another hash. `blocks`: a digest of each block. */
  bad(begun: BegunPiece, blocks: readonly string[]): void
  /** A piece that was suspect has the right hash, and its blocks these digests. */
  cleared(begun: BegunPiece, blocks: readonly string[]): void
  /** What was written cannot be read again. */
  failed(error: Error): void
}

/** What has come of a piece and is not on its way to the disk. */
interface Held {
  readonly begun: BegunPiece
  readonly parts: (Parts | undefined)[]
  /** null: blocks were written before they could be hashed, so the whole has to be read again. */
  hash: Hash | null
  /** Blocks before this one are hashed, and before that one handed to the disk. */
  hashed: number
  handed: number
  /** Writes under way. */
  writing: number
  bytes: number
  /** Its blocks stay here until it is complete. */
  readonly keep: boolean
}

/**
 * Makes pieces of blocks: hashes them in order as they come (those that are early wait) and hands them to the disk, of a
 * large piece a stretch at a time once it is hashed. No piece is put together in memory. What is held is bounded: when
 * blocks wait in vain for those before them, the piece that holds most is written as it is, and read again in the end.
 */
export class Assembly {
  readonly #storage: AssemblyStorage
  readonly #disk: AssemblyDisk
  readonly #events: AssemblyEvents
  /** Pieces whose blocks are compared with those that were wrong. */
  readonly #suspect: (piece: number) => boolean
  readonly #held = new Map<BegunPiece, Held>()
  #bytes = 0

  constructor(
    storage: AssemblyStorage,
    disk: AssemblyDisk,
    suspect: (piece: number) => boolean,
    events: AssemblyEvents,
  ) {
    this.#storage = storage
    this.#disk = disk
    this.#suspect = suspect
    this.#events = events
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.#bytes
  }

  /** A block has come, which has been marked as received. */
  add(begun: BegunPiece, block: number, parts: Parts): void {
    const held = this.#held.get(begun) ?? this.#open(begun)
    held.parts[block] = parts
    held.bytes += begun.sizeOf(block)
    this.#bytes += begun.sizeOf(block)
    if (held.hash === null) this.#hand(held, block, block + 1)
    else {
      while (held.parts[held.hashed] !== undefined) {
        for (const part of held.parts[held.hashed]!) held.hash.update(part)
        held.hashed++
      }
    }
    if (begun.complete) this.#complete(held)
    else if (held.hash !== null && !held.keep && (held.hashed - held.handed) * blockLength >= this.#stretch)
      this.#hand(held, held.handed, held.hashed)
    if (this.#bytes > mostHeld) this.#relieve()
  }

  /** Forgets everything that is held. */
  clear(): void {
    this.#held.clear()
    this.#bytes = 0
  }

  get #stretch(): number {
    return Math.min(largestStretch, Math.max(smallestStretch, budget / this.#held.size))
  }

  #open(begun: BegunPiece): Held {
    const held: Held = {
      begun,
      parts: new Array<undefined>(begun.blocks),
      hash: createHash('sha1'),
      hashed: 0,
      handed: 0,
      writing: 0,
      bytes: 0,
      keep: this.#suspect(begun.index) || this.#storage.isPartly(begun.index),
    }
    this.#held.set(begun, held)
    return held
  }

  #complete(held: Held): void {
    const { begun, hash } = held
    if (hash === null) {
      if (held.writing === 0) void this.#hashAgain(held)
      return
    }
    if (hash.digest().compare(this.#expected(begun.index)) !== 0) {
      if (held.writing === 0) void this.#bad(held)
      return
    }
    if (this.#suspect(begun.index))
      this.#events.cleared(
        begun,
        held.parts.map((parts) => digest(parts!)),
      )
    this.#hand(held, held.handed, begun.blocks)
  }

  /** Hands blocks to the disk. */
  #hand(held: Held, from: number, to: number): void {
    const { begun, parts } = held
    const stretch: Uint8Array[] = []
    for (let block = from; block < to; block++) {
      for (const part of parts[block]!) stretch.push(part)
      // Only the disk holds it now, and lets go of it when it is written.
      parts[block] = undefined
    }
    const length = Math.min(begun.length, to * blockLength) - from * blockLength
    held.handed = Math.max(held.handed, to)
    held.bytes -= length
    this.#bytes -= length
    held.writing++
    const start = begun.index * this.#storage.meta.pieceLength + from * blockLength
    this.#disk.write(start, stretch, length, () => this.#written(held))
  }

  #written(held: Held): void {
    held.writing--
    const { begun } = held
    if (held.writing > 0 || !begun.complete || this.#held.get(begun) !== held) return
    if (held.hash === null) void this.#hashAgain(held)
    else if (held.handed === begun.blocks) this.#end(held)
    else void this.#bad(held)
  }

  #end(held: Held): void {
    this.#close(held)
    this.#events.done(held.begun)
  }

  #close(held: Held): void {
    if (!this.#held.delete(held.begun)) return
    this.#bytes -= held.bytes
  }

  /** Writes what is held of the piece that holds most, hashed or not. */
  #relieve(): void {
    let most: Held | null = null
    for (const held of this.#held.values())
      if (!held.keep && held.bytes > 0 && !held.begun.complete && held.bytes > (most?.bytes ?? 0)) most = held
    if (most === null) return
    most.hash = null
    const { parts, begun } = most
    for (let from = 0; from < begun.blocks; ) {
      let to = from
      while (to < begun.blocks && parts[to] !== undefined) to++
      if (to > from) this.#hand(most, from, to)
      from = to + 1
    }
  }

  /** Hashes a piece that lies on the disk. */
  async #hashAgain(held: Held): Promise<void> {
    const { begun } = held
    const blocks: string[] = []
    const hash = createHash('sha1')
    try {
      await this.#eachStored(begun, 0, (bytes) => {
        hash.update(bytes)
        for (let at = 0; at < bytes.length; at += blockLength)
          blocks.push(digest([bytes.subarray(at, at + blockLength)]))
      })
    } catch (error) {
      if (this.#held.get(begun) === held) this.#events.failed(error as Error)
      return
    }
    if (this.#held.get(begun) !== held) return
    if (hash.digest().compare(this.#expected(begun.index)) === 0) return this.#end(held)
    this.#close(held)
    this.#events.bad(begun, blocks)
  }

  /** Tells that the piece is bad, with a digest of each block: of those that are here, and of those on the disk. */
  async #bad(held: Held): Promise<void> {
    const { begun, parts } = held
    const stored: string[] = []
    try {
      if (held.handed > 0) {
        await this.#eachStored(begun, held.handed * blockLength, (bytes) => {
          for (let at = 0; at < bytes.length; at += blockLength)
            stored.push(digest([bytes.subarray(at, at + blockLength)]))
        })
      }
    } catch (error) {
      if (this.#held.get(begun) === held) this.#events.failed(error as Error)
      return
    }
    if (this.#held.get(begun) !== held) return
    this.#close(held)
    this.#events.bad(begun, [...stored, ...parts.slice(held.handed).map((one) => digest(one!))])
  }

  /** Reads the beginning of a piece, all of it for 0, a step at a time; steps end where blocks do. */
  async #eachStored(begun: BegunPiece, end: number, take: (bytes: Uint8Array) => void): Promise<void> {
    const start = begun.index * this.#storage.meta.pieceLength
    const length = end === 0 ? begun.length : end
    for (let at = 0; at < length; at += readStep) {
      const bytes = new Uint8Array(Math.min(readStep, length - at))
      await this.#storage.read(start + at, bytes)
      take(bytes)
    }
  }

  #expected(piece: number): Uint8Array {
    return this.#storage.meta.pieceHashes.subarray(piece * 20, piece * 20 + 20)
  }
}

function digest(parts: Parts): string {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest('base64')
}
