import type { TorrentRecord } from './record.ts'

/**
 * The queue of one session: its unfinished torrents, first come first. The order is kept in the state as
 * `row.queueKey`, which only grows; `record.position` is the place that follows from it, without gaps.
 */
export class QueueOrder {
  #records: TorrentRecord[]
  #nextKey: number
  /** Places from here on are out of date: removing many torrents must not renumber all of them each time. */
  #dirtyFrom = 0

  /** Takes the unfinished torrents of a session in any order. */
  constructor(records: Iterable<TorrentRecord>) {
    this.#records = [...records]
      .filter((record) => record.row.queueKey !== null)
      .sort((a, b) => a.row.queueKey! - b.row.queueKey!)
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
    record.position = this.#records.push(record) - 1
  }

  /** Takes a record out; does nothing when it is not in the queue. */
  remove(record: TorrentRecord): void {
    if (record.position < 0) return
    const at = this.#placeOf(record)
    this.#records.splice(at, 1)
    this.#dirtyFrom = Math.min(this.#dirtyFrom, at)
    record.position = -1
  }

  /** Makes every `record.position` right. To be called before positions are read. */
  settle(): void {
    for (let i = this.#dirtyFrom; i < this.#records.length; i++) this.#records[i]!.position = i
    this.#dirtyFrom = this.#records.length
  }

  /** A place that is out of date is never too small, so the record is there or before it. */
  #placeOf(record: TorrentRecord): number {
    for (let at = Math.min(record.position, this.#records.length - 1); at >= 0; at--) {
      if (this.#records[at] === record) return at
    }
    throw new Error(`torrent ${record.row.v1} has queue position ${record.position} but is not in the queue`)
  }
}
