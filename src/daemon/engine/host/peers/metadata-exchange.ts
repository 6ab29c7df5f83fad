import { createHash } from 'node:crypto'
import type { Extension, Wire } from 'webtorrent'
import { MetadataChannel, pieceLength } from './metadata-channel.ts'
import { refuse } from './wire-guard.ts'

/** Peers that are asked at a time. */
const mostAsked = 3
/** How long a peer has its turn while others wait, and how long it may say nothing, ms. */
const turnMs = 20_000
const silenceMs = 5000
/** A peer that refused is asked again after so long, ms; as in libtorrent. */
const refusedMs = 60_000
const tickMs = 1000

/** What the exchange of a torrent's metadata needs. */
export interface MetadataParts {
  /** v1 info hash, hex. */
  readonly id: string
  /** max_metadata_size. */
  readonly mostBytes: () => number
  /** The info dictionary has come, and hashes to the id. */
  readonly found: (info: Uint8Array) => void
  readonly warn: (message: string) => void
}

/**
 * Metadata of one torrent (BEP 9): asks for it while it is missing, and serves it from then on.
 *
 * Each peer is asked for all of it, a few at a time: who sends what does not hash to the id is then the one to blame, and
 * nobody's lie about the size disturbs the others. What comes is kept as it comes, so that a size alone takes no memory.
 * Peers take turns, so that slow ones cannot keep the others waiting; what they have sent is kept for their next turn, up
 * to max_metadata_size for all of them.
 */
export class MetadataExchange {
  info: Uint8Array | null = null
  readonly #parts: MetadataParts
  readonly #channels = new Map<Wire, MetadataChannel>()
  /** Those that are asked now, and since when. */
  readonly #asked = new Map<MetadataChannel, number>()
  #timer: NodeJS.Timeout | null = null

  constructor(parts: MetadataParts) {
    this.#parts = parts
  }

  /** The metadata is known: it is served, and no longer asked for. */
  offer(info: Uint8Array): void {
    this.info = info
    for (const [wire, channel] of this.#channels) {
      wire.extendedHandshake.metadata_size = info.length
      channel.clear()
    }
    this.stop()
  }

  /** Stands for webtorrent's ut_metadata on a connection that has shaken hands. */
  meet(wire: Wire): void {
    const channel = new MetadataChannel(wire, {
      info: () => this.info,
      changed: () => this.#changed(channel),
      whole: (bytes) => this.#whole(channel, bytes),
      illegal: (reason) => refuse(wire, reason),
    })
    this.#channels.set(wire, channel)
    if (this.info !== null) wire.extendedHandshake.metadata_size = this.info.length
    // webtorrent has made its own for the handshake that comes next
    wire._ext.ut_metadata = channel
    wire.ut_metadata = channel as Extension
    wire.once('close', () => {
      this.#channels.delete(wire)
      this.#asked.delete(channel)
      this.#ask()
    })
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    this.#asked.clear()
  }

  /** The peer told its size, sent a piece, or refused one. */
  #changed(channel: MetadataChannel): void {
    const { size } = channel
    if (size !== null && size > this.#parts.mostBytes()) {
      const most = this.#parts.mostBytes()
      this.#parts.warn(`a peer offers metadata of ${size} bytes; max_metadata_size allows ${most}`)
      channel.size = null
    }
    if (channel.size === null || channel.notBefore > performance.now()) this.#asked.delete(channel)
    if (this.#asked.has(channel)) channel.ask()
    else this.#ask()
  }

  /** Gives free places to those who wait, in turn. */
  #ask(): void {
    if (this.info !== null) return
    const now = performance.now()
    for (const channel of this.#channels.values()) {
      if (this.#asked.size >= mostAsked) break
      if (channel.size === null || channel.notBefore > now || this.#asked.has(channel)) continue
      this.#asked.set(channel, now)
      channel.heardAt = now
      channel.ask()
    }
    if (this.#channels.size > 0 && this.#timer === null) {
      this.#timer = setInterval(() => this.#tick(performance.now()), tickMs)
      this.#timer.unref()
    }
    if (this.#channels.size === 0) this.stop()
  }

  #tick(now: number): void {
    const waiting = [...this.#channels.values()].some(
      (channel) => channel.size !== null && channel.notBefore <= now && !this.#asked.has(channel),
    )
    for (const [channel, since] of this.#asked) {
      const silent = now - channel.heardAt > silenceMs
      if (!silent && !(waiting && now - since > turnMs)) continue
      this.#asked.delete(channel)
      if (silent) channel.notBefore = now + silenceMs
      this.#requeue(channel)
    }
    this.#ask()
  }

  /** Its next turn comes after all others had theirs. */
  #requeue(channel: MetadataChannel): void {
    channel.forgetRequests()
    this.#channels.delete(channel.wire)
    this.#channels.set(channel.wire, channel)
    let kept = 0
    for (const other of this.#channels.values()) kept += other.pieces.size * pieceLength
    if (kept > this.#parts.mostBytes()) channel.clear()
  }

  #whole(channel: MetadataChannel, bytes: Uint8Array): void {
    if (createHash('sha1').update(bytes).digest('hex') === this.#parts.id) {
      this.#parts.found(bytes)
      return
    }
    channel.clear()
    channel.notBefore = performance.now() + refusedMs
    refuse(channel.wire, 'metadata that does not have the hash of the torrent')
  }
}
