import type { Torrent } from 'webtorrent'
import { haveMessages, sendQueue } from '../peers/send-queue.ts'
import type { Availability } from './availability.ts'
import { hasPiece } from './piece-set.ts'

/** What of a swarm matters here. */
export interface HavesSwarm {
  readonly availability: Availability | null
  readonly limits: { readonly live: { readonly redundantHave: boolean } }
}

/** Tells all peers of new pieces: once for each turn of the event loop, all of them in one go. */
export class Haves {
  readonly #torrent: Torrent
  readonly #swarm: HavesSwarm
  #pieces: number[] = []

  constructor(torrent: Torrent, swarm: HavesSwarm) {
    this.#torrent = torrent
    this.#swarm = swarm
  }

  tell(piece: number): void {
    if (this.#pieces.push(piece) === 1) setImmediate(() => this.#send())
  }

  #send(): void {
    const pieces = this.#pieces
    this.#pieces = []
    if (this.#torrent.destroyed) return
    const all = haveMessages(pieces)
    const { availability, limits } = this.#swarm
    for (const wire of this.#torrent.wires) {
      if (wire.destroyed || wire.type === 'webSeed') continue
      if (limits.live.redundantHave || availability === null) {
        // a cipher may change what it is given
        sendQueue(wire).tell(pieces, wire._encryptor ? Uint8Array.from(all) : all)
        continue
      }
      const has = availability.pieces(wire)
      const news = has === null ? [] : pieces.filter((piece) => !hasPiece(has, piece))
      if (news.length > 0) sendQueue(wire).tell(news, haveMessages(news))
    }
  }
}
