/** What this engine uses of bittorrent-tracker, which brings no types. */
declare module 'bittorrent-tracker/client' {
  import type { EventEmitter } from 'node:events'

  interface Tracker {
    announceUrl: string
    announce(options: object): void
    destroy(done: () => void): void
  }

  export class TrackerClient extends EventEmitter {
    constructor(options: {
      infoHash: string
      announce: string[]
      peerId: string
      port: number | object
      userAgent: string
      wrtc?: false
      getAnnounceOpts: () => object
    })
    start(): void
    complete(): void
    setInterval(ms: number): void
    _trackers: Tracker[]
    _defaultAnnounceOpts(options?: object): object
  }

  export default TrackerClient
}
