import { pieceSize } from './layout.ts'
import type { Storage } from './storage.ts'

/** Bytes read at once for a peer: requests come in blocks of 16 KiB, mostly in order. */
const segmentBytes = 256 << 10

interface Segment {
  storage: Storage
  bytes: Promise<Uint8Array>
  size: number
}

/** Stretches of pieces that peers asked for lately, for all torrents of a host; the oldest go first. */
export class ReadCache {
  readonly #limit: number
  #size = 0
  readonly #segments = new Map<string, Segment>()
  /** Short names for storages, as part of a key. */
  readonly #names = new WeakMap<Storage, number>()
  #nextName = 0

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** A part of one piece, as a view that must not be written to. Rejects as the storage does. */
  async read(storage: Storage, piece: number, offset: number, length: number): Promise<Uint8Array> {
    const size = piece >= 0 && piece < storage.meta.numPieces ? pieceSize(storage.meta, piece) : 0
    if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
      throw new RangeError(`bytes ${offset} to ${offset + length} are outside of piece ${piece}`)
    }
    const first = Math.floor(offset / segmentBytes)
    const last = Math.floor((offset + length - 1) / segmentBytes)
    if (first === last) {
      const bytes = await this.#segment(storage, piece, first, size)
      const at = offset - first * segmentBytes
      return bytes.subarray(at, at + length)
    }
    const joined = new Uint8Array(length)
    for (let index = first; index <= last; index++) {
      const bytes = await this.#segment(storage, piece, index, size)
      const at = index * segmentBytes - offset
      joined.set(at < 0 ? bytes.subarray(-at) : bytes.subarray(0, length - at), Math.max(0, at))
    }
    return joined
  }

  /** Forgets a torrent. */
  drop(storage: Storage): void {
    for (const [key, segment] of this.#segments) if (segment.storage === storage) this.#forget(key, segment)
  }

  #segment(storage: Storage, piece: number, index: number, size: number): Promise<Uint8Array> {
    const key = `${this.#name(storage)}:${piece}:${index}`
    const known = this.#segments.get(key)
    if (known !== undefined) {
      this.#segments.delete(key)
      this.#segments.set(key, known)
      return known.bytes
    }
    const at = index * segmentBytes
    const bytes = new Uint8Array(Math.min(segmentBytes, size - at))
    const start = piece * storage.meta.pieceLength + at
    const segment = { storage, bytes: storage.read(start, bytes).then(() => bytes), size: bytes.length }
    this.#segments.set(key, segment)
    this.#size += segment.size
    // what could not be read now may be readable later
    segment.bytes.catch(() => this.#forget(key, segment))
    for (const [oldKey, old] of this.#segments) {
      if (this.#size <= this.#limit || old === segment) break
      this.#forget(oldKey, old)
    }
    return segment.bytes
  }

  #forget(key: string, segment: Segment): void {
    if (this.#segments.get(key) !== segment) return
    this.#segments.delete(key)
    this.#size -= segment.size
  }

  #name(storage: Storage): number {
    let name = this.#names.get(storage)
    if (name === undefined) {
      name = this.#nextName++
      this.#names.set(storage, name)
    }
    return name
  }
}
