/** What this engine uses of bittorrent-lsd, which brings no types. */
declare module 'bittorrent-lsd' {
  import { EventEmitter } from 'node:events'

  export default class LSD extends EventEmitter {
    constructor(options: { infoHash: string; peerId: string; port: number | object })
    start(): void
    destroy(): void
  }
}
