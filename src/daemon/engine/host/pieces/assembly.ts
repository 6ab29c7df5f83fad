import { createHash, type Hash, hash } from 'node:crypto'
import type { Parts } from '../../storage/parts.ts'
import { stretchPool } from '../../storage/stretch-pool.ts'
import { type BegunPiece, BlockState, blockLength } from './begun-piece.ts'

/** What of all begun pieces is held in memory at most before pieces are written in smaller stretches, bytes. */
const budget = 32 << 20
/** Memory of a piece comes in stretches of so many blocks. */
const stretchBlocks = 16
/** Hashed bytes of a piece that is not complete are written so many at a time, bytes. */
const largestWrite = 4 << 20
const smallestWrite = stretchBlocks * blockLength
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
  /** Its blocks, stretchBlocks each. */
  readonly stretches: (Uint8Array | undefined)[]
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
 * Makes pieces of blocks: takes each over from where the socket left it into memory of its piece, hashes them in order as
 * they come (those that are early wait) and hands them to the disk from there, of a large piece a part at a time once it is
 * hashed. What is held is bounded: when blocks wait in vain for those before them, the piece that holds most is written as
 * it is, and read again in the end.
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

  /** A block has come, which has been marked as received. `bytes` are not looked at afterwards. */
  add(begun: BegunPiece, block: number, bytes: Uint8Array): void {
    const held = this.#held.get(begun) ?? this.#open(begun)
    if (held.hash === null) this.#passOn(held, block, bytes)
    else {
      this.#keep(held, block, bytes)
      this.#hash(held)
      if (!begun.complete && !held.keep) this.#handWhole(held)
    }
    if (begun.complete) this.#complete(held)
    if (this.#bytes > mostHeld) this.#relieve()
  }

  /** Forgets everything that is held. */
  clear(): void {
    this.#held.clear()
    this.#bytes = 0
  }

  #open(begun: BegunPiece): Held {
    const held: Held = {
      begun,
      stretches: new Array<undefined>(Math.ceil(begun.blocks / stretchBlocks)),
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

  /** Copies a block to where it belongs. */
  #keep(held: Held, block: number, bytes: Uint8Array): void {
    const at = Math.floor(block / stretchBlocks)
    let stretch = held.stretches[at]
    if (stretch === undefined) {
      const { begun } = held
      const whole = stretchBlocks * blockLength
      stretch = stretchPool.take(Math.min(whole, Math.max(blockLength, begun.length - at * whole)))
      held.stretches[at] = stretch
    }
    stretch.set(bytes, (block % stretchBlocks) * blockLength)
    held.bytes += bytes.length
    this.#bytes += bytes.length
  }

  /** Hashes as far as blocks are there. */
  #hash(held: Held): void {
    const { begun, hash } = held
    for (;;) {
      const from = held.hashed
      const end = Math.min(begun.blocks, (Math.floor(from / stretchBlocks) + 1) * stretchBlocks)
      while (held.hashed < end && begun.state(held.hashed) === BlockState.received) held.hashed++
      if (held.hashed === from) return
      hash!.update(this.#bytesOf(held, from, held.hashed))
    }
  }

  /** Blocks of one stretch. */
  #bytesOf({ begun, stretches }: Held, from: number, to: number): Uint8Array {
    const at = Math.floor(from / stretchBlocks)
    const start = at * stretchBlocks * blockLength
    return stretches[at]!.subarray(
      from * blockLength - start,
      Math.min(begun.length, to * blockLength) - start,
    )
  }

  /** Writes stretches of a piece that is not complete, once there are enough of them. */
  #handWhole(held: Held): void {
    const whole = held.hashed - (held.hashed % stretchBlocks)
    const least = Math.min(largestWrite, Math.max(smallestWrite, budget / this.#held.size))
    if ((whole - held.handed) * blockLength >= least) this.#hand(held, whole)
  }

  /** Writes a block of a piece that is hashed from the disk. */
  #passOn(held: Held, block: number, bytes: Uint8Array): void {
    const copy = stretchPool.take(blockLength)
    copy.set(bytes)
    this.#write(held, block, [copy.subarray(0, bytes.length)], bytes.length, [copy])
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
    if (this.#suspect(begun.index)) this.#events.cleared(begun, this.#digests(held, 0))
    this.#hand(held, begun.blocks)
  }

  /** Hands the blocks before `to` to the disk. */
  #hand(held: Held, to: number): void {
    const { begun, stretches, handed } = held
    const parts: Uint8Array[] = []
    const used: Uint8Array[] = []
    for (let block = handed; block < to; block += stretchBlocks) {
      const at = block / stretchBlocks
      parts.push(this.#bytesOf(held, block, Math.min(to, block + stretchBlocks)))
      used.push(stretches[at]!)
      stretches[at] = undefined
    }
    const length = Math.min(begun.length, to * blockLength) - handed * blockLength
    held.handed = to
    held.bytes -= length
    this.#bytes -= length
    this.#write(held, handed, parts, length, used)
  }

  /** `used`: memory that is free once it is written. */
  #write(held: Held, block: number, parts: Parts, length: number, used: readonly Uint8Array[]): void {
    held.writing++
    const start = held.begun.index * this.#storage.meta.pieceLength + block * blockLength
    this.#disk.write(start, parts, length, () => {
      for (const one of used) stretchPool.give(one)
      this.#written(held)
    })
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
    for (const stretch of held.stretches) if (stretch !== undefined) stretchPool.give(stretch)
  }

  /** Writes what is held of the piece that holds most, hashed or not. */
  #relieve(): void {
    let most: Held | null = null
    for (const held of this.#held.values())
      if (!held.keep && held.bytes > 0 && !held.begun.complete && held.bytes > (most?.bytes ?? 0)) most = held
    if (most === null) return
    most.hash = null
    this.#bytes -= most.bytes
    most.bytes = 0
    const { stretches, begun } = most
    for (const [at, stretch] of stretches.entries()) {
      if (stretch === undefined) continue
      const end = Math.min(begun.blocks, (at + 1) * stretchBlocks)
      for (let from = at * stretchBlocks; from < end; ) {
        let to = from
        while (to < end && begun.state(to) === BlockState.received) to++
        if (to > from) {
          const bytes = this.#bytesOf(most, from, to)
          this.#write(most, from, [bytes], bytes.length, [])
        }
        from = to + 1
      }
      stretches[at] = undefined
    }
  }

  /** Hashes a piece that lies on the disk. */
  async #hashAgain(held: Held): Promise<void> {
    const { begun } = held
    const blocks: string[] = []
    const whole = createHash('sha1')
    try {
      await this.#eachStored(begun, 0, (bytes) => {
        whole.update(bytes)
        blocks.push(...blockDigests(bytes))
      })
    } catch (error) {
      if (this.#held.get(begun) === held) this.#events.failed(error as Error)
      return
    }
    if (this.#held.get(begun) !== held) return
    if (whole.digest().compare(this.#expected(begun.index)) === 0) return this.#end(held)
    this.#close(held)
    this.#events.bad(begun, blocks)
  }

  /** Tells that the piece is bad, with a digest of each block: of those that are here, and of those on the disk. */
  async #bad(held: Held): Promise<void> {
    const { begun } = held
    const stored: string[] = []
    try {
      if (held.handed > 0) {
        await this.#eachStored(begun, held.handed * blockLength, (bytes) =>
          stored.push(...blockDigests(bytes)),
        )
      }
    } catch (error) {
      if (this.#held.get(begun) === held) this.#events.failed(error as Error)
      return
    }
    if (this.#held.get(begun) !== held) return
    const blocks = [...stored, ...this.#digests(held, held.handed)]
    this.#close(held)
    this.#events.bad(begun, blocks)
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

  /** A digest of each block from this one on; all of them are here. */
  #digests(held: Held, from: number): string[] {
    const found: string[] = []
    for (let block = from; block < held.begun.blocks; block++)
      found.push(...blockDigests(this.#bytesOf(held, block, block + 1)))
    return found
  }

  #expected(piece: number): Uint8Array {
    return this.#storage.meta.pieceHashes.subarray(piece * 20, piece * 20 + 20)
  }
}

function blockDigests(bytes: Uint8Array): string[] {
  const found: string[] = []
  for (let at = 0; at < bytes.length; at += blockLength)
    found.push(hash('sha1', bytes.subarray(at, at + blockLength), 'base64'))
  return found
}
