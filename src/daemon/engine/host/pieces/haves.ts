import type { Torrent, Wire } from 'webtorrent'
import { haveMessages, sendQueue } from '../peers/send-queue.ts'
import type { Availability } from './availability.ts'
import { hasPiece } from './piece-set.ts'

/** Peers that have a piece hear of ours after so long: with others that came meanwhile, ms. */
const lateMs = 500

/** What of a swarm matters here. */
export interface HavesSwarm {
  readonly availability: Availability | null
  readonly limits: { readonly live: { readonly redundantHave: boolean } }
}

/**
 * Tells peers of new pieces: those that lack one once for each turn of the event loop, all of them in one go. Peers that
 * have it learn only how far we are (send_redundant_have), and for them it can wait: a hundred seeds would otherwise cost a
 * hundred writes for each piece.
 */
export class Haves {
  readonly #torrent: Torrent
  readonly #swarm: HavesSwarm
  #pieces: number[] = []
  readonly #late = new Map<Wire, number[]>()
  #timer: NodeJS.Timeout | null = null

  constructor(torrent: Torrent, swarm: HavesSwarm) {
    this.#torrent = torrent
    this.#swarm = swarm
  }

  tell(piece: number): void {
    if (this.#pieces.push(piece) === 1) setImmediate(() => this.#send())
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#late.clear()
  }

  #send(): void {
    const pieces = this.#pieces
    this.#pieces = []
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
