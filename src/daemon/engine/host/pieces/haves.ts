import type { Torrent, Wire } from 'webtorrent'
import { haveMessages, sendQueue } from '../peers/send-queue.ts'
import type { Availability } from './availability.ts'
import { hasPiece } from './piece-set.ts'

/** News go out this often at most, ms: each is a system call for every peer. */
const soonMs = 20
/** Peers that have a piece hear of ours after so long: with others that came meanwhile, ms. */
const lateMs = 500

/** What of a swarm matters here. */
export interface HavesSwarm {
  readonly availability: Availability | null
  readonly limits: { readonly live: { readonly redundantHave: boolean } }
}

/**
 * Tells peers of new pieces: those that lack one at once, or 20 ms after the last time, all of them in one go. Peers that
 * have it learn only how far we are (send_redundant_have), and for them it can wait: a hundred seeds would otherwise cost a
 * hundred writes for each piece.
 */
export class Haves {
  readonly #torrent: Torrent
  readonly #swarm: HavesSwarm
  #pieces: number[] = []
  readonly #late = new Map<Wire, number[]>()
  #timer: NodeJS.Timeout | null = null
  #soon: NodeJS.Timeout | null = null
  /** When news went out last, of performance.now(). */
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(torrent: Torrent, swarm: HavesSwarm) {
    this.#torrent = torrent
    this.#swarm = swarm
  }

  tell(piece: number): void {
    if (this.#pieces.push(piece) > 1) return
    const wait = this.#toldAt + soonMs - performance.now()
    if (wait <= 0) setImmediate(() => this.#send())
    else this.#soon = setTimeout(() => this.#send(), wait).unref()
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#soon !== null) clearTimeout(this.#soon)
    this.#timer = null
    this.#late.clear()
  }

  #send(): void {
    const pieces = this.#pieces
    this.#pieces = []
    this.#soon = null
    this.#toldAt = performance.now()
    if (this.#torrent.destroyed) return
    const { availability, limits } = this.#swarm
    for (const wire of this.#torrent.wires) {
      if (wire.destroyed || wire.type === 'webSeed') continue
      const has = availability === null ? noPieces : availability.pieces(wire)
      const news = has === null ? [] : pieces.filter((piece) => !hasPiece(has, piece))
      if (news.length > 0) sendQueue(wire).tell(news, haveMessages(news))
      if (limits.live.redundantHave && news.length < pieces.length)
        this.#put(wire, news.length === 0 ? pieces : pieces.filter((piece) => !news.includes(piece)))
    }
  }

  #put(wire: Wire, pieces: readonly number[]): void {
    const waiting = this.#late.get(wire)
    if (waiting === undefined) this.#late.set(wire, [...pieces])
    else waiting.push(...pieces)
    this.#timer ??= setTimeout(() => this.#sendLate(), lateMs).unref()
  }

  #sendLate(): void {
    this.#timer = null
    for (const [wire, pieces] of this.#late)
      if (!wire.destroyed) sendQueue(wire).tell(pieces, haveMessages(pieces))
    this.#late.clear()
  }
}

const noPieces = new Uint8Array(0)
