/** The part of bittorrent-tracker's server that the tests use; the package has no types. */
declare module 'bittorrent-tracker' {
  import type { EventEmitter } from 'node:events'
  import type { Server as NetServer } from 'node:net'

  export class Server extends EventEmitter {
    constructor(options: { http: boolean; udp: boolean; ws: boolean; stats: boolean })
    readonly http: NetServer
    readonly ws: { on(event: 'connection', listener: (socket: { terminate(): void }) => void): void }
    readonly udp: { address(): { port: number } }
    readonly torrents: Record<string, { complete: number; incomplete: number }>
    listen(port: number, host: { http: string; udp: string; udp6: string }, onListening?: () => void): void
    close(done: () => void): void
  }
}
