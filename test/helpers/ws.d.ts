/** What the tests use of ws, which brings no types. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage } from 'node:http'
  import type { AddressInfo } from 'node:net'

  export class WebSocket extends EventEmitter {
    send(message: string | Buffer): void
    terminate(): void
  }

  export class WebSocketServer extends EventEmitter {
    constructor(options: { host: string; port: number })
    readonly clients: Set<WebSocket>
    address(): AddressInfo
    on(event: 'connection', listener: (socket: WebSocket, request: IncomingMessage) => void): this
    close(done: () => void): void
  }
}
