import type { EventEmitter } from 'node:events'
import Client, { type Tracker, type TrackerClient } from 'bittorrent-tracker/client'
import type { TrackerSettings } from './settings.ts'
import {
  type AnnounceAnswer,
  type AnnounceRequest,
  defaultInterval,
  defaultMinInterval,
  TrackerError,
  timedOut,
} from './types.ts'

interface Update {
  complete?: unknown
  incomplete?: unknown
  downloaded?: unknown
  interval?: unknown
  'min interval'?: unknown
  'warning message'?: unknown
  'tracker id'?: unknown
}

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

  /** `peer` gets the objects of WebRTC peers. */
  constructor(request: AnnounceRequest, userAgent: string, rtc: RtcOptions, peer: (peer: unknown) => void) {
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
    // stock: announces on its own
    if (this.#tracker !== undefined) this.#tracker.setInterval = () => {}
    this.#client.on('peer', (found: EventEmitter) => {
      found.on('error', (error: Error) => {
        if (hasty.test(error.message)) this.#meetAgain()
      })
      peer(found)
    })
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
      return Promise.reject(new TrackerError('libtorrent:unsupported_url_protocol', this.#noWebRtc))
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
    this.#pending?.reject(new TrackerError('system:125', 'canceled'))
    clearTimeout(this.#againTimer)
    this.#client.removeAllListeners('peer')
    this.#client.destroy()
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
      interval: positive(update.interval, defaultInterval),
      minInterval: positive(update['min interval'], defaultMinInterval),
      complete: positive(update.complete, -1),
      incomplete: positive(update.incomplete, -1),
      downloaded: positive(update.downloaded, -1),
      peers: [],
      warning: typeof update['warning message'] === 'string' ? update['warning message'] : '',
      trackerId: typeof update['tracker id'] === 'string' ? update['tracker id'] : '',
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
    else
      this.#pending?.reject(
        new TrackerError('libtorrent:tracker_failure', error.message, { told: error.message }),
      )
  }
}

function positive(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value >= 0 ? value : otherwise
}
