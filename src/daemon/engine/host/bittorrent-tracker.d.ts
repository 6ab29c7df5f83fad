/** What this engine uses of bittorrent-tracker, which brings no types. */
declare module 'bittorrent-tracker/client' {
  import type { EventEmitter } from 'node:events'

  /** One tracker of a client. */
  export interface Tracker {
    announce(options: object): void
    /** Announces on its own from then on. */
    setInterval: (ms: number) => void
    readonly destroyed: boolean
    /** One for all trackers of this url; null after the end. */
    readonly socket: WebSocketStream | null
    /** What its connection brings; private to it. */
    _onSocketData(data: Uint8Array): void
  }

  /** Of simple-websocket. */
  export interface WebSocketStream extends EventEmitter {
    readonly connected: boolean
    /** Of ws: what limits the length of a message, in two places, is private to it. */
    _ws: {
      _receiver?: { _maxPayload: number }
      _extensions?: { [name: string]: { _maxPayload: number } }
    } | null
  }

  export class TrackerClient extends EventEmitter {
    constructor(options: {
      infoHash: string
      announce: string[]
      peerId: string
      port: number | object
      userAgent: string
      wrtc?: false
      rtcConfig?: object
      getAnnounceOpts: () => object
    })
    destroy(done?: () => void): void
    /** Without those whose url it does not support. */
    _trackers: Tracker[]
  }

  export default TrackerClient
}
