import type { Params } from '../../../rpc/contract/index.ts'
import type { TorrentRecord } from '../torrent/record.ts'

/** Where a torrent may be moved: up is towards the first place. */
export type QueueMove = Params<'torrents.queue.move'>['to']

/**
 * The queue of one session: its unfinished torrents, first come first. The order is kept in the state as
 * `row.queueKey`, which grows with each that comes; `record.queue.position` is the place that follows from it, without gaps.
 */
export class QueueOrder {
  #records: TorrentRecord[]
  #nextKey: number
  /** Places from here on are out of date: removing many torrents must not renumber all of them each time. */
  #dirtyFrom = 0

  /** Takes the unfinished torrents of a session in any order. */
  constructor(records: Iterable<TorrentRecord>) {
    this.#records = [...records].filter((record) => record.row.queueKey !== null).sort(byKey)
    this.#nextKey = (this.#records.at(-1)?.row.queueKey ?? -1) + 1
    this.settle()
  }

  /** A key behind every other. To be written to the state before `append`. */
  newKey(): number {
    return this.#nextKey++
  }

  /** Puts a record whose `row.queueKey` is new at the end. */
  append(record: TorrentRecord): void {
    if (this.#dirtyFrom === this.#records.length) this.#dirtyFrom++
    record.queue.position = this.#records.push(record) - 1
  }

  /** Takes a record out; does nothing when it is not in the queue. */
  remove(record: TorrentRecord): void {
    if (record.queue.position < 0) return
    const at = this.#placeOf(record)
    this.#records.splice(at, 1)
    this.#dirtyFrom = Math.min(this.#dirtyFrom, at)
    record.queue.position = -1
  }

  /**
   * The keys that a move gives to torrents of the queue; none when it has no effect. To be written to the state and to
   * the records, then `reorder`. Positions must be right.
   */
  keysFor(record: TorrentRecord, to: QueueMove): Map<TorrentRecord, number> {
    const at = record.queue.position
    const last = this.#records.length - 1
    const up = to === 'top' || to === 'up'
    if (at < 0 || at === (up ? 0 : last)) return new Map()
    if (to === 'top') return new Map([[record, this.#records[0]!.row.queueKey! - 1]])
    if (to === 'bottom') return new Map([[record, this.newKey()]])
    const other = this.#records[up ? at - 1 : at + 1]!
    return new Map([
      [record, other.row.queueKey!],
      [other, record.row.queueKey!],
    ])
  }

  /** Keys of torrents in the queue have changed. */
  reorder(): void {
    this.#records.sort(byKey)
    this.#dirtyFrom = 0
    this.settle()
  }

  /** Makes every `record.queue.position` right. To be called before positions are read. */
  settle(): void {
    for (let i = this.#dirtyFrom; i < this.#records.length; i++) this.#records[i]!.queue.position = i
    this.#dirtyFrom = this.#records.length
  }

  /** A place that is out of date is never too small, so the record is there or before it. */
  #placeOf(record: TorrentRecord): number {
    for (let at = Math.min(record.queue.position, this.#records.length - 1); at >= 0; at--) {
      if (this.#records[at] === record) return at
    }
    throw new Error(
      `torrent ${record.row.v1} has queue position ${record.queue.position} but is not in the queue`,
    )
  }
}

function byKey(a: TorrentRecord, b: TorrentRecord): number {
  return a.row.queueKey! - b.row.queueKey!
}
