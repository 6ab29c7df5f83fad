import type { Torrent, Wire } from 'webtorrent'
import type { TorrentState } from '../torrent-state.ts'
import type { Dialer } from './dialer.ts'

const extension = 'upload_only'

/** What of a swarm is looked at. */
export interface UploadOnlySwarm {
  readonly torrent: Torrent
  readonly state: TorrentState
  readonly dialer: Dialer
}

/**
 * Says to peers whether we want nothing more, and hears it from them (BEP 21): in the extended handshake, and when it
 * changes in libtorrent's message `upload_only`, one byte, or in another handshake to peers that do not know the message.
 */
export class UploadOnly {
  readonly #swarm: UploadOnlySwarm
  /** What each peer was told last. */
  readonly #told = new WeakMap<Wire, boolean>()
  /** Peers that said which pieces they have. */
  readonly #counted = new WeakSet<Wire>()

  constructor(swarm: UploadOnlySwarm) {
    this.#swarm = swarm
  }

  /** Every wanted piece is here, or none may be asked for. Not before the metadata: a peer might not send it. */
  get ours(): boolean {
    const { state } = this.#swarm
    return state.meta !== null && (state.finished || state.options.uploadMode)
  }

  /** A connection has shaken hands, and its extended handshake goes out next. `address`: where it was called. */
  meet(wire: Wire, address: string | undefined): void {
    if (wire.type === 'webSeed') return
    const heard = (bytes: Uint8Array) => {
      // as in libtorrent: what is no single byte is skipped
      if (bytes.length !== 1) return
      wire.peerExtendedHandshake = { ...wire.peerExtendedHandshake, upload_only: Number(bytes[0] !== 0) }
      wire.emit('extended', 'handshake', wire.peerExtendedHandshake)
    }
    class Messages {
      onMessage(bytes: Uint8Array): void {
        heard(bytes)
      }
    }
    Object.defineProperty(Messages.prototype, 'name', { value: extension })
    wire.use(Messages)
    this.#told.set(wire, this.ours)
    if (this.ours) wire.extendedHandshake.upload_only = 1
    wire.on('extended', (name: unknown) => {
      if (name === 'handshake' && address !== undefined)
        this.#swarm.dialer.uploadOnly(address, isUploadOnly(wire))
    })
    for (const event of ['bitfield', 'have-all', 'have-none', 'have'])
      wire.once(event, () => this.#counted.add(wire))
  }

  /** What is wanted changed. */
  apply(): void {
    const { ours } = this
    for (const wire of this.#swarm.torrent.wires) {
      const told = this.#told.get(wire)
      if (told === undefined || told === ours || wire.destroyed || !wire.peerExtensions.extended) continue
      this.#told.set(wire, ours)
      if (wire.peerExtendedMapping[extension]) wire.extended(extension, Uint8Array.of(Number(ours)))
      else wire.extended(0, { m: {}, upload_only: Number(ours) })
    }
  }

  /**
   * Whether neither end has anything for the other (libtorrent: disconnect_if_redundant): both want nothing, or the peer
   * wants nothing and has nothing that is wanted here.
   */
  redundant(wire: Wire): boolean {
    if (!wire.isSeeder && !isUploadOnly(wire)) return false
    if (this.ours) return true
    const { state, torrent } = this.#swarm
    const checked = state.phase === 'running' && torrent.ready === true
    return checked && !wire.amInterested && this.#counted.has(wire)
  }
}

function isUploadOnly(wire: Wire): boolean {
  return wire.peerExtendedHandshake.upload_only === 1
}
