import type { Wire } from 'webtorrent'
import { BDict, bdecode, bencode } from '../../../../metainfo/index.ts'
import { sendQueue } from './send-queue.ts'

/** Metadata is sent in pieces of this size (BEP 9), bytes. */
export const pieceLength = 16_384
/** The longest message, as in libtorrent, and the longest dictionary at its beginning, bytes. */
const longestMessage = 17 << 10
const longestHead = 512
/** Requests that wait at a peer. */
const mostRequests = 16
/** Requests of a peer that wait here; libtorrent's. */
const mostServed = 1024
/** A peer that refused is asked again after so long, ms; as in libtorrent. */
const refusedMs = 60_000

const Kind = { request: 0, data: 1, reject: 2 } as const

interface ChannelParts {
  info(): Uint8Array | null
  /** It told a size, sent a piece or refused one. */
  changed(): void
  /** All of it has come. */
  whole(bytes: Uint8Array): void
  /** It broke BEP 9: the connection is to be closed. */
  illegal(reason: string): void
}

/** ut_metadata (BEP 9) on one connection. */
export class MetadataChannel {
  readonly wire: Wire
  /** What the peer says that the metadata has, bytes; null when it has none. */
  size: number | null = null
  /** Pieces that have come. */
  readonly pieces = new Map<number, Uint8Array>()
  /** Not to be asked before; of performance.now(), as the next one. */
  notBefore = 0
  /** When it last sent something that was asked for. */
  heardAt = 0
  readonly #parts: ChannelParts
  readonly #requested = new Set<number>()
  /** Requests that went out, and pieces that came: one may come late, but not more than were asked for. */
  #asked = 0
  #answered = 0
  #serving = 0

  constructor(wire: Wire, parts: ChannelParts) {
    this.wire = wire
    this.#parts = parts
  }

  // webtorrent calls these

  onHandshake(): void {}

  onExtendedHandshake({ metadata_size: size }: Wire['peerExtendedHandshake']): void {
    if (typeof size !== 'number' || size === this.size) return
    this.clear()
    this.size = size
    this.#parts.changed()
  }

  /** It hands over what it has encoded again; ours are the exact bytes. */
  setMetadata(): void {}

  onMessage(bytes: Uint8Array): void {
    const head = bytes.length > longestMessage ? null : readHead(bytes)
    if (head === null) {
      this.#parts.illegal('a message of ut_metadata that is none')
      return
    }
    // the peer did not offer it: nobody can answer
    if (!this.wire.peerExtendedMapping.ut_metadata) {
      this.#parts.illegal('a message of ut_metadata before it was offered')
      return
    }
    if (head.kind === Kind.request) this.#serve(head.piece)
    else if (head.kind === Kind.data) this.#take(head, bytes.subarray(head.length))
    else if (head.kind === Kind.reject) this.#refused(head.piece)
    // BEP 9: "an unrecognized message ID MUST be ignored"
  }

  /** Asks for what is missing, as much as may wait at the peer. */
  ask(): void {
    if (this.size === null || this.wire.destroyed) return
    const total = Math.ceil(this.size / pieceLength)
    for (let piece = 0; piece < total && this.#requested.size < mostRequests; piece++) {
      if (this.pieces.has(piece) || this.#requested.has(piece)) continue
      this.#requested.add(piece)
      this.#asked++
      this.#send({ msg_type: Kind.request, piece })
    }
  }

  /** They are asked for again at its next turn. */
  forgetRequests(): void {
    this.#requested.clear()
  }

  clear(): void {
    this.pieces.clear()
    this.#requested.clear()
  }

  #take({ piece, totalSize }: Head, data: Uint8Array): void {
    const { size } = this
    if (++this.#answered > this.#asked) {
      this.#parts.illegal('metadata that nobody asked for')
      return
    }
    if (this.#parts.info() !== null || size === null || !this.#requested.has(piece)) return
    if (totalSize !== undefined && totalSize !== size) {
      this.#parts.illegal(`metadata of ${totalSize} bytes, after ${size} were announced`)
      return
    }
    if (data.length !== Math.min(pieceLength, size - piece * pieceLength)) {
      this.#parts.illegal(`a piece of metadata with ${data.length} bytes`)
      return
    }
    this.#requested.delete(piece)
    this.pieces.set(piece, Uint8Array.from(data))
    this.heardAt = performance.now()
    const total = Math.ceil(size / pieceLength)
    if (this.pieces.size < total) this.#parts.changed()
    else this.#parts.whole(Buffer.concat(Array.from({ length: total }, (_, at) => this.pieces.get(at)!)))
  }

  #refused(piece: number): void {
    if (!this.#requested.delete(piece)) return
    this.notBefore = performance.now() + refusedMs
    this.#requested.clear()
    this.#parts.changed()
  }

  #serve(piece: number): void {
    const info = this.#parts.info()
    const known =
      info !== null && Number.isSafeInteger(piece) && piece >= 0 && piece * pieceLength < info.length
    if (!known || this.#serving >= mostServed) {
      this.#send({ msg_type: Kind.reject, piece })
      return
    }
    this.#serving++
    sendQueue(this.wire).add(() => {
      this.#serving--
      const data = info.subarray(piece * pieceLength, (piece + 1) * pieceLength)
      this.#send({ msg_type: Kind.data, piece, total_size: info.length }, data)
    })
  }

  #send(head: { msg_type: number; piece: number; total_size?: number }, data?: Uint8Array): void {
    if (!this.wire.peerExtendedMapping.ut_metadata || this.wire.destroyed) return
    this.wire.extended('ut_metadata', Buffer.concat([bencode(head), ...(data === undefined ? [] : [data])]))
  }
}

interface Head {
  kind: number
  piece: number
  totalSize: number | undefined
  /** Of the dictionary, bytes. */
  length: number
}

/** The dictionary that a message begins with. */
function readHead(bytes: Uint8Array): Head | null {
  let root: unknown
  try {
    root = bdecode(bytes.subarray(0, longestHead), { form: 'loose' })
  } catch {
    return null
  }
  if (!(root instanceof BDict)) return null
  const [kind, piece, total] = ['msg_type', 'piece', 'total_size'].map((key) => root.integer(key))
  if (typeof kind !== 'number' || typeof piece !== 'number') return null
  return { kind, piece, totalSize: total === undefined ? undefined : Number(total), length: root.end }
}
