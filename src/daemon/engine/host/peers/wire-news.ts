import type { Torrent, Wire } from 'webtorrent'

/** What a peer says that may change what it is asked for. */
const events = ['bitfield', 'have', 'have-all', 'have-none', 'allowed-fast', 'unchoke'] as const

/**
 * Takes up what peers say of their pieces, once for each turn of the event loop. webtorrent looks at all pieces of the peer,
 * then at all peers, for each such message: a few thousand of them, which take no time to send, kept a host busy for
 * minutes.
 */
export class WireNews {
  readonly #torrent: Torrent
  readonly #wires = new Set<Wire>()
  #due: NodeJS.Immediate | null = null
  /** While webtorrent's own listener runs that would look at all peers. */
  #quiet = false

  constructor(torrent: Torrent) {
    this.#torrent = torrent
    const { _update: update } = torrent
    torrent._update = () => {
      if (!this.#quiet) update.call(torrent)
    }
  }

  /** `setUp`: webtorrent's, which makes its listeners, of which only those stay that do something else. */
  hear(wire: Wire, setUp: () => void): void {
    const before = new Map(events.map((event) => [event, new Set(wire.listeners(event))]))
    const lost = new Set(wire.lt_donthave.listeners('donthave'))
    setUp()
    const news = () => this.#add(wire)
    for (const event of events) {
      for (const listener of wire.listeners(event)) {
        if (before.get(event)!.has(listener)) continue
        wire.off(event, listener as () => void)
        // also ends a wait for it
        if (event === 'unchoke') wire.on(event, () => this.#quietly(listener as () => void))
      }
      wire.on(event, news)
    }
    for (const listener of wire.lt_donthave.listeners('donthave')) {
      if (!lost.has(listener)) wire.lt_donthave.off('donthave', listener as () => void)
    }
    wire.lt_donthave.on('donthave', news)
  }

  #quietly(listener: () => void): void {
    this.#quiet = true
    try {
      listener()
    } finally {
      this.#quiet = false
    }
  }

  #add(wire: Wire): void {
    this.#wires.add(wire)
    this.#due ??= setImmediate(() => this.#tell())
  }

  #tell(): void {
    this.#due = null
    const wires = [...this.#wires]
    this.#wires.clear()
    const torrent = this.#torrent
    for (const wire of wires) {
      if (torrent.destroyed || wire.destroyed) continue
      // two that have everything have nothing for each other
      if (wire.isSeeder) wire.choke()
      torrent._updateWireInterest(wire)
      torrent._updateWire(wire)
    }
  }
}
