/** What this engine uses of bittorrent-tracker, which brings no types. */
declare module 'bittorrent-tracker/client' {
  import type { EventEmitter } from 'node:events'

  /** One tracker of a client. */
  export interface Tracker {
    announce(options: object): void
    /** Announces on its own from then on. */
    setInterval: (ms: number) => void
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
