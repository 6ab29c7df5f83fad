import type { InfoHash, InfoHashParam } from '../../rpc/contract/types.ts'
import type { TorrentRecord } from './torrent/record.ts'

/** The torrents of one session, found by either info hash and listed in the order of the v1 hash. */
export class Records {
  readonly #byV1 = new Map<string, TorrentRecord>()
  readonly #byV2 = new Map<string, TorrentRecord>()
  /** v1 hashes in ascending order. Lower-case hex sorts as the bytes do. */
  readonly #sorted: string[]

  constructor(records: readonly TorrentRecord[]) {
    for (const record of records) this.#remember(record)
    this.#sorted = [...this.#byV1.keys()].sort()
  }

  get size(): number {
    return this.#byV1.size
  }

  /** In no particular order. */
  [Symbol.iterator](): IterableIterator<TorrentRecord> {
    return this.#byV1.values()
  }

  byV1(hash: string): TorrentRecord | undefined {
    return this.#byV1.get(hash)
  }

  /**
   * A pair matches when the v1 hashes do and the v2 hashes do not contradict: a handle made before a magnet's metadata
   * knows only one of them. A single hash may be of either version and in either case.
   */
  find(hash: InfoHashParam): TorrentRecord | undefined {
    if (typeof hash === 'string') {
      const lower = hash.toLowerCase()
      return lower.length === 40 ? this.#byV1.get(lower) : this.#byV2.get(lower)
    }
    const [v1, v2] = hash
    if (v1 === null) return v2 === null ? undefined : this.#byV2.get(v2)
    const record = this.#byV1.get(v1)
    const other = record?.row.v2 ?? null
    return v2 === null || other === null || v2 === other ? record : undefined
  }

  add(record: TorrentRecord): void {
    this.#remember(record)
    this.#sorted.splice(this.#firstAfter(record.row.v1), 0, record.row.v1)
  }

  /** The v2 hash of a hybrid torrent became known. */
  learnV2(record: TorrentRecord): void {
    if (record.row.v2 !== null) this.#byV2.set(record.row.v2, record)
  }

  remove(record: TorrentRecord): void {
    const { v1, v2 } = record.row
    if (!this.#byV1.delete(v1)) return
    if (v2 !== null && this.#byV2.get(v2) === record) this.#byV2.delete(v2)
    this.#sorted.splice(this.#firstAfter(v1) - 1, 1)
  }

  /** Up to `limit` records behind `after`, which need not be there any more; null begins with the first. */
  page(after: InfoHash | null, limit: number): TorrentRecord[] {
    const start = after?.[0] ? this.#firstAfter(after[0]) : 0
    return this.#sorted.slice(start, start + limit).map((v1) => this.#byV1.get(v1)!)
  }

  #remember(record: TorrentRecord): void {
    this.#byV1.set(record.row.v1, record)
    this.learnV2(record)
  }

  /** Place of the first hash greater than this one. */
  #firstAfter(v1: string): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sorted[middle]! <= v1) low = middle + 1
      else high = middle
    }
    return low
  }
}
