/** Work of one turn of the event loop, ms: connections, timers and the daemon's calls have theirs in between. */
const turnMs = 5
/** The clock is looked at after so many. */
const batch = 16
/** Of one torrent so many may wait; whoever names more at once names them in vain. */
const mostWaiting = 10_000

/** Takes one address, `host:port`. */
export type TakePeer = (address: string) => void

interface Waiting {
  take: TakePeer
  address: string
}

/**
 * Hands what trackers, the DHT and the local network name to the torrents that it is for, in small portions and to each
 * torrent in turn: anybody may answer with as many addresses as fit, and for many torrents at a time.
 */
export class FoundPeers {
  readonly #waiting = new Map<object, Waiting[]>()
  #running = false

  /** Under the name `owner` they can be forgotten. They come to `take` in their order, never within this call. */
  add(owner: object, addresses: readonly string[], take: TakePeer): void {
    if (addresses.length === 0) return
    let queue = this.#waiting.get(owner)
    if (queue === undefined) {
      queue = []
      this.#waiting.set(owner, queue)
    }
    for (const address of addresses.slice(0, mostWaiting - queue.length)) queue.push({ take, address })
    if (this.#running) return
    this.#running = true
    setImmediate(() => this.#turn())
  }

  /** The torrent is going. */
  forget(owner: object): void {
    this.#waiting.delete(owner)
  }

  #turn(): void {
    const end = performance.now() + turnMs
    while (this.#waiting.size > 0 && performance.now() < end) this.#some()
    this.#running = this.#waiting.size > 0
    if (this.#running) setImmediate(() => this.#turn())
  }

  /** A few of whoever is next, who then goes to the end. */
  #some(): void {
    const [owner, queue] = this.#waiting.entries().next().value as [object, Waiting[]]
    this.#waiting.delete(owner)
    const some = queue.splice(0, batch)
    if (queue.length > 0) this.#waiting.set(owner, queue)
    for (const { take, address } of some) take(address)
  }
}
