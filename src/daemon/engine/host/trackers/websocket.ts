import type { EventEmitter } from 'node:events'
import Client, { type Tracker, type TrackerClient } from 'bittorrent-tracker/client'
import { workFor } from '../working-for.ts'
import { codes } from './error-codes.ts'
import type { TrackerSettings } from './settings.ts'
import {
  type AnnounceAnswer,
  type AnnounceRequest,
  defaultInterval,
  defaultMinInterval,
  intervalOf,
  TrackerError,
  timedOut,
} from './types.ts'
import { readWsMessage, type WsMessage } from './ws-message.ts'

/** What the library makes of a WsMessage. */
type Update = Omit<WsMessage, 'action' | 'failure' | 'offer' | 'answer'>

interface Pending {
  resolve: (answer: AnnounceAnswer) => void
  reject: (error: Error) => void
}

/** How WebRTC peers are met: webtorrent's `tracker` option. */
export type RtcOptions = { wrtc?: false; rtcConfig?: object }

/**
 * libdatachannel may refuse an answer that is well formed, when the other end is near and was quicker to connect than
 * the answer to be taken in (0.24, seen on loopback).
 */
const hasty = /without ICE transport/
/** So often a peer that was lost so is met again until the next announce, after so many ms. */
const maxAgain = 3
const againMs = 500
/** Each peer that an offer brings costs sockets and threads: so many may be on their way at a time. */
const maxOffers = 20

/**
 * A tracker over WebSocket: it also carries the words with which WebRTC peers find each other, so its connection stays
 * open between announces. bittorrent-tracker speaks the protocol; when to announce is decided elsewhere.
 */
export class WebSocketTracker {
  readonly #client: TrackerClient
  readonly #tracker: Tracker | undefined
  /** Why there is none, in which case nothing is asked. */
  readonly #noWebRtc: string
  #pending: Pending | null = null
  #options: object = {}
  #again = 0
  #againTimer: NodeJS.Timeout | undefined
  readonly #infoHash: string
  readonly #peer: (peer: unknown) => void
  readonly #warn: (message: string) => void
  /** Peers that were met and are not connected yet. */
  readonly #meeting = new Set<EventEmitter>()

  /** `rtcPeer` gets the objects of WebRTC peers; `warn` hears what should not be possible. */
  constructor(
    request: AnnounceRequest,
    { userAgent, maxResponse }: TrackerSettings,
    rtc: RtcOptions,
    { rtcPeer, warn }: { rtcPeer: (peer: unknown) => void; warn: (message: string) => void },
  ) {
    this.#infoHash = Buffer.from(request.infoHash, 'hex').toString('latin1')
    this.#peer = rtcPeer
    this.#warn = warn
    this.#noWebRtc = `trackers over WebSocket are for WebRTC, which is off: ${
      rtc.wrtc === false
        ? 'it would go around the proxy that is set (proxy_type)'
        : 'the package node-datachannel is not installed'
    }`
    this.#client = new Client({
      ...rtc,
      infoHash: request.infoHash,
      announce: [request.url],
      peerId: request.peerId,
      port: request.port,
      userAgent,
      // a connection that was lost is opened again and announced on by the library: with these
      getAnnounceOpts: () => this.#options,
    })
    this.#tracker = this.#client._trackers[0]
    if (this.#tracker !== undefined) this.#guard(this.#tracker, maxResponse)
    this.#client.on('peer', (found: EventEmitter & { destroy(): void }) => this.#met(found))
    this.#client.on('update', (update: Update) => this.#answered(update))
    this.#client.on('warning', (error: Error) => this.#warned(error))
    this.#client.on('error', (error: Error) => this.#failed(error))
  }

  /** One at a time. Rejects with TrackerError; then this object is of no more use. */
  announce(
    request: AnnounceRequest,
    settings: TrackerSettings,
    signal: AbortSignal,
  ): Promise<AnnounceAnswer> {
    const tracker = this.#tracker
    if (tracker === undefined)
      return Promise.reject(new TrackerError(codes.unsupported_url_protocol, this.#noWebRtc))
    const { uploaded, downloaded, left, event, numWant } = request
    this.#options = { uploaded, downloaded, left, numwant: numWant }
    return new Promise<AnnounceAnswer>((resolve, reject) => {
      const timer = setTimeout(() => pending.reject(timedOut(request.url)), settings.completionMs)
      const over = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', gone)
        this.#pending = null
      }
      const gone = () => pending.reject(signal.reason as Error)
      const pending = {
        resolve: (answer: AnnounceAnswer) => {
          over()
          resolve(answer)
        },
        reject: (error: Error) => {
          over()
          reject(error)
        },
      }
      this.#pending = pending
      this.#again = 0
      signal.addEventListener('abort', gone, { once: true })
      tracker.announce({ ...this.#options, ...(event !== 'none' && { event }) })
    })
  }

  /** Closes the connection, after a last answer if one is on its way (a second at most). */
  destroy(): void {
    this.#pending?.reject(new TrackerError(codes.canceled, 'canceled'))
    clearTimeout(this.#againTimer)
    this.#client.removeAllListeners('peer')
    this.#client.destroy()
  }

  /** The library takes what comes for what it should be, so it gets only what was read here. */
  #guard(tracker: Tracker, maxResponse: number): void {
    // stock: announces on its own
    tracker.setInterval = () => {}
    const take = tracker._onSocketData
    tracker._onSocketData = (bytes) => {
      if (!tracker.destroyed) this.#heard(bytes, (checked) => take.call(tracker, checked))
    }
    const { socket } = tracker
    const limit = () => {
      const connection = socket?._ws
      const parts = [connection?._receiver, ...Object.values(connection?._extensions ?? {})]
      for (const part of parts) if (part !== undefined) part._maxPayload = maxResponse
    }
    if (socket?.connected) limit()
    else socket?.prependOnceListener('connect', limit)
  }

  /** `take` hands a message to the library. */
  #heard(bytes: Uint8Array, take: (checked: Buffer) => void): void {
    const message = messageOf(bytes)
    if (message === null) {
      this.#pending?.reject(new TrackerError(codes.invalid_tracker_response, 'the answer makes no sense'))
      return
    }
    // all torrents of this tracker share the connection
    const ours = message.info_hash === this.#infoHash
    const { failure, ...rest } = message
    if (failure !== null) {
      if (ours || message.info_hash === '')
        this.#pending?.reject(
          new TrackerError(codes.tracker_failure, failure || 'no reason given', { told: failure }),
        )
      return
    }
    if (!ours) return
    if (this.#meeting.size >= maxOffers) rest.offer = undefined
    // the library makes a name of it
    if (rest.offer_id === undefined) rest.answer = undefined
    try {
      workFor(this.#infoHash, () => take(Buffer.from(JSON.stringify(rest))))
    } catch (error) {
      this.#warn(`a message of a tracker over WebSocket: ${(error as Error).stack}`)
    }
  }

  #met(peer: EventEmitter & { destroy(): void }): void {
    this.#meeting.add(peer)
    const { destroy } = peer
    // the engine's own listeners do not expect anything after it let go of a peer
    peer.destroy = (...args) => {
      for (const event of ['connect', 'error']) peer.removeAllListeners(event)
      peer.on('error', () => {})
      return destroy.apply(peer, args)
    }
    const over = () => this.#meeting.delete(peer)
    peer.once('connect', over)
    peer.once('close', over)
    peer.on('error', (error: Error) => {
      over()
      if (hasty.test(error.message)) this.#meetAgain()
    })
    this.#peer(peer)
  }

  /** New offers, since each is good for one connection. */
  #meetAgain(): void {
    if (this.#again >= maxAgain) return
    this.#again++
    clearTimeout(this.#againTimer)
    this.#againTimer = setTimeout(() => this.#tracker?.announce(this.#options), againMs)
  }

  #answered(update: Update): void {
    this.#pending?.resolve({
      interval: intervalOf(update.interval, defaultInterval),
      minInterval: intervalOf(update['min interval'], defaultMinInterval),
      complete: update.complete ?? -1,
      incomplete: update.incomplete ?? -1,
      downloaded: update.downloaded ?? -1,
      peers: [],
      warning: update['warning message'] ?? '',
      trackerId: update['tracker id'] ?? '',
    })
  }

  /** A warning of the tracker comes right before its answer; without an answer it is a failure. */
  #warned(error: Error): void {
    // one of many peers: says nothing about the tracker
    if (error.message.startsWith('Connection error:')) return
    queueMicrotask(() => this.#failed(error))
  }

  #failed(error: Error): void {
    const { code, errno } = error as NodeJS.ErrnoException
    if (errno !== undefined || code !== undefined) this.#pending?.reject(error)
    // the library does not say why
    else if (error.message.startsWith('Error connecting to'))
      this.#pending?.reject(new TrackerError(codes.eof, error.message))
    else
      this.#pending?.reject(new TrackerError(codes.tracker_failure, error.message, { told: error.message }))
  }
}

let last: { bytes: Uint8Array; message: WsMessage | null } | undefined

/** Reads a message once for all torrents that share the connection it came by. */
function messageOf(bytes: Uint8Array): WsMessage | null {
  if (last?.bytes !== bytes) last = { bytes, message: readWsMessage(bytes) }
  return last.message
}
