import { pieceSize } from './layout.ts'
import type { Storage } from './storage.ts'
import { stretchPool } from './stretch-pool.ts'

/** Bytes read at once for a peer: requests come in blocks of 16 KiB, mostly in order. */
const stretchBytes = 256 << 10
/** What nobody asked for within one to two times this is forgotten, and its memory given back, ms. */
const restMs = 10_000

/**
 * Bytes that are lent: a view that must not be written to, and that is good until it is given back, exactly once, by
 * `release`.
 */
export interface Loan {
  readonly bytes: Uint8Array
  release(): void
}

export type Lend = (error: Error | null, loan?: Loan) => void

/** A part of a piece in memory, or on its way there. */
interface Stretch {
  storage: Storage
  place: number
  buffer: Uint8Array
  /** Loans that are not given back, and the read. */
  users: number
  /** Who waits for it to be read; null: it is. */
  waiting: Lend[] | null
  /** Whether it is found by those who ask next. */
  known: boolean
  /** Whether somebody asked for it since this was last looked at. */
  used: boolean
}

/**
 * Stretches of pieces that peers asked for lately, for all torrents of a host. Together with what is on its way to peers they
 * take so many bytes of memory; what was not asked for for longest goes first. When all of it is on its way, a block is
 * read alone.
 */
export class ReadCache {
  readonly #limit: number
  #bytes = 0
  readonly #torrents = new Map<Storage, Map<number, Stretch>>()
  /** All that are known, in the order of their use. */
  readonly #order = new Set<Stretch>()
  #rest: NodeJS.Timeout | null = null

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes that are known or lent. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Lends a part of one piece: at once when it is in memory, else later. Fails as the storage does, and with a RangeError for
   * what is outside of the piece.
   */
  read(storage: Storage, piece: number, offset: number, length: number, done: Lend): void {
    const size = piece >= 0 && piece < storage.meta.numPieces ? pieceSize(storage.meta, piece) : 0
    if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
      done(new RangeError(`bytes ${offset} to ${offset + length} are outside of piece ${piece}`))
      return
    }
    const index = Math.floor(offset / stretchBytes)
    const at = index * stretchBytes
    const stretch = offset + length <= at + stretchBytes ? this.#stretch(storage, piece, index, size) : null
    if (stretch === null) {
      this.#alone(storage, piece * storage.meta.pieceLength + offset, length, done)
      return
    }
    const lend: Lend = (error) => {
      if (error !== null) done(error)
      else done(null, this.#loan(stretch, offset - at, length))
    }
    if (stretch.waiting === null) lend(null)
    else stretch.waiting.push(lend)
  }

  /** Forgets a torrent. */
  drop(storage: Storage): void {
    for (const stretch of this.#torrents.get(storage)?.values() ?? []) this.#forget(stretch)
    this.#torrents.delete(storage)
  }

  /** Where a block is that is known or can be read; null when there is no memory for it. */
  #stretch(storage: Storage, piece: number, index: number, size: number): Stretch | null {
    const at = index * stretchBytes
    const place = piece * Math.ceil(storage.meta.pieceLength / stretchBytes) + index
    const known = this.#torrents.get(storage)?.get(place)
    if (known !== undefined) {
      known.used = true
      this.#order.delete(known)
      this.#order.add(known)
      return known
    }
    const length = Math.min(stretchBytes, size - at)
    const buffer = this.#room(length)
    if (buffer === null) return null
    const stretch: Stretch = {
      storage,
      place,
      buffer,
      users: 1,
      waiting: [],
      known: true,
      used: true,
    }
    let places = this.#torrents.get(storage)
    if (places === undefined) {
      places = new Map()
      this.#torrents.set(storage, places)
    }
    places.set(place, stretch)
    this.#order.add(stretch)
    this.#rest ??= setInterval(() => this.#tidy(), restMs).unref()
    const start = piece * storage.meta.pieceLength + at
    storage.read(start, buffer).then(
      () => this.#filled(stretch, null),
      // what could not be read now may be readable later
      (error: Error) => {
        this.#forget(stretch)
        this.#filled(stretch, error)
      },
    )
    return stretch
  }

  #filled(stretch: Stretch, error: Error | null): void {
    const { waiting } = stretch
    stretch.waiting = null
    for (const lend of waiting ?? []) lend(error)
    this.#unuse(stretch)
  }

  #loan(stretch: Stretch, from: number, length: number): Loan {
    stretch.users++
    return {
      bytes: stretch.buffer.subarray(from, from + length),
      release: () => this.#unuse(stretch),
    }
  }

  #unuse(stretch: Stretch): void {
    stretch.users--
    if (stretch.users === 0 && !stretch.known) this.#free(stretch.buffer)
  }

  #forget(stretch: Stretch): void {
    if (!stretch.known) return
    stretch.known = false
    this.#order.delete(stretch)
    this.#torrents.get(stretch.storage)?.delete(stretch.place)
    if (stretch.users === 0) this.#free(stretch.buffer)
  }

  /** Memory for so many bytes; forgets old stretches for it. */
  #room(bytes: number): Uint8Array | null {
    while (this.#bytes + bytes > this.#limit) {
      const oldest = this.#idle()
      if (oldest === null) return null
      this.#forget(oldest)
    }
    this.#bytes += bytes
    return stretchPool.take(bytes)
  }

  #free(buffer: Uint8Array): void {
    this.#bytes -= buffer.length
    stretchPool.give(buffer)
  }

  /** The one that was not used for longest and that nobody has borrowed. */
  #idle(): Stretch | null {
    for (const stretch of this.#order) if (stretch.users === 0) return stretch
    return null
  }

  #alone(storage: Storage, start: number, length: number, done: Lend): void {
    const bytes = Buffer.allocUnsafeSlow(length)
    storage.read(start, bytes).then(
      () => done(null, { bytes, release: () => {} }),
      (error: Error) => done(error),
    )
  }

  #tidy(): void {
    for (const stretch of this.#order) {
      if (!stretch.used && stretch.users === 0) this.#forget(stretch)
      stretch.used = false
    }
    if (this.#order.size > 0 || this.#rest === null) return
    clearInterval(this.#rest)
    this.#rest = null
  }
}
