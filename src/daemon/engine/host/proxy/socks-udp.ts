import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { connect, isIPv6, type Socket } from 'node:net'
import { SocksClient, type SocksClientOptions } from 'socks'
import { socksOptions } from './proxy.ts'
import type { ProxyPlan } from './proxy-plan.ts'

/** What is used of a UDP socket. */
export interface DatagramSocket {
  /** `address` may be a name if whoever sends for us looks names up. */
  send(message: Uint8Array, port: number, address: string, sent: (error: Error | null) => void): void
  on(
    event: 'message',
    listener: (message: Buffer, from: Pick<RemoteInfo, 'address' | 'port'>) => void,
  ): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): unknown
}

const timeoutMs = 15_000

/** UDP through a SOCKS5 proxy (RFC 1928, UDP ASSOCIATE): lives as long as its TCP connection to the proxy. */
export class SocksUdp extends EventEmitter implements DatagramSocket {
  readonly #proxy: ProxyPlan
  readonly #control: Socket
  readonly #relay: Promise<{ socket: UdpSocket; host: string; port: number }>
  #closed = false

  constructor(proxy: ProxyPlan) {
    super()
    this.#proxy = proxy
    this.#control = connect({ host: proxy.host, port: proxy.port })
    this.#control.on('error', (error) => this.#fail(error))
    this.#control.on('close', () => this.#fail(new Error('it hung up')))
    this.#relay = this.#associate()
    this.#relay.catch((error: Error) => this.#fail(error))
  }

  send(message: Uint8Array, port: number, address: string, sent: (error: Error | null) => void): void {
    this.#relay.then(
      (relay) => {
        if (this.#closed) return
        const data = Buffer.from(message)
        const frame = SocksClient.createUDPFrame({ remoteHost: { host: address, port }, data })
        relay.socket.send(frame, relay.port, relay.host, sent)
      },
      // said as 'error' already
      () => {},
    )
  }

  close(): void {
    this.#closed = true
    this.#control.destroy()
    this.#relay.then(
      ({ socket }) => socket.close(),
      () => {},
    )
  }

  async #associate(): Promise<{ socket: UdpSocket; host: string; port: number }> {
    await once(this.#control, 'connect')
    const client = new SocksClient({
      // nobody knows yet where datagrams will come from
      ...socksOptions(this.#proxy, { host: '0.0.0.0', port: 0 }, timeoutMs),
      command: 'associate',
    } satisfies SocksClientOptions)
    const established = once(client, 'established')
    client.connect(this.#control)
    const [{ remoteHost }] = (await established) as [{ remoteHost?: { host: string; port: number } }]
    if (remoteHost === undefined) throw new Error('it named no address for UDP')
    // a proxy on many addresses means the one that we called
    const anywhere = remoteHost.host === '0.0.0.0' || remoteHost.host === '::'
    const host = (anywhere ? this.#control.remoteAddress : remoteHost.host) ?? ''
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    socket.on('error', (error) => this.#fail(error))
    socket.on('message', (frame, from) => {
      if (from.port === remoteHost.port && from.address === host) this.#received(frame)
    })
    return { socket, host, port: remoteHost.port }
  }

  #received(frame: Buffer): void {
    let found: ReturnType<typeof SocksClient.parseUDPFrame>
    try {
      found = SocksClient.parseUDPFrame(frame)
    } catch {
      // not a datagram of this protocol: as if it was lost
      return
    }
    const { remoteHost, data } = found
    this.emit('message', data, { address: remoteHost.host, port: remoteHost.port })
  }

  #fail(error: Error): void {
    if (this.#closed) return
    const { host, port } = this.#proxy
    this.emit('error', new Error(`the socks5 proxy ${host}:${port}: ${error.message}`, { cause: error }))
  }
}
