import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** A real proxy on 127.0.0.1 and what it saw. Ends with the test. */
export interface TestProxy {
  port: number
  /** `host:port` of every connection asked for, as the client wrote it, in order. */
  asked: string[]
  /** Bytes carried back to the client. */
  carried: number
  /** Local ports of the proxy's own connections: who calls from another port came around it. */
  ports: Set<number>
  /** `host:port` of every datagram that was carried out, as the client wrote it. */
  datagrams: string[]
  /** Logins that were refused. */
  refused: string[]
}

export interface ProxyOptions {
  /** Only this user may pass. */
  login?: { username: string; password: string }
  /** Names that the proxy knows, and where they are; others are taken as they are. */
  names?: Record<string, string>
}

/** Finds out what a client wants; null when that is taken care of. */
type Speak = (client: Socket, reader: Reader, proxy: TestProxy, options: ProxyOptions) => Promise<Wish | null>

interface Wish {
  host: string
  port: number
  /** What the client is told before bytes flow, for success and failure. */
  granted: Uint8Array
  failed: Uint8Array
}

/** Reads a socket in portions; what was read too much is given back. */
class Reader {
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
  }

  async bytes(count: number): Promise<Buffer> {
    for (;;) {
      const read = this.#socket.read(count) as Buffer | null
      if (read !== null && read.length === count) return read
      if (this.#socket.readableEnded || this.#socket.destroyed) throw new Error('the client hung up')
      await Promise.race([once(this.#socket, 'readable'), once(this.#socket, 'end')])
    }
  }

  async until(mark: string): Promise<Buffer> {
    const found: Buffer[] = []
    do found.push(await this.bytes(1))
    while (!Buffer.concat(found).toString('latin1').endsWith(mark))
    return Buffer.concat(found)
  }
}

/** SOCKS5 (RFC 1928), with a user name and password (RFC 1929) if there is a login. CONNECT and UDP ASSOCIATE. */
const socks5: Speak = async (client, reader, proxy, options) => {
  const { login } = options
  const [version, count] = await reader.bytes(2)
  if (version !== 5) throw new Error(`not SOCKS5 but ${version}`)
  const offered = await reader.bytes(count!)
  const method = login === undefined ? 0 : 2
  if (!offered.includes(method)) {
    proxy.refused.push('no login')
    client.end(Buffer.from([5, 0xff]))
    throw new Error('no common method')
  }
  client.write(Buffer.from([5, method]))
  if (login !== undefined) {
    await reader.bytes(1)
    const username = (await reader.bytes((await reader.bytes(1))[0]!)).toString()
    const password = (await reader.bytes((await reader.bytes(1))[0]!)).toString()
    const fits = username === login.username && password === login.password
    client.write(Buffer.from([1, fits ? 0 : 1]))
    if (!fits) {
      proxy.refused.push(`${username}:${password}`)
      client.end()
      throw new Error('refused')
    }
  }
  const [, command, , kind] = await reader.bytes(4)
  const host =
    kind === 3
      ? (await reader.bytes((await reader.bytes(1))[0]!)).toString()
      : [...(await reader.bytes(4))].join('.')
  const port = (await reader.bytes(2)).readUInt16BE()
  const answer = (code: number) => Buffer.from([5, code, 0, 1, 127, 0, 0, 1, 0, 0])
  if (command === 1) return { host, port, granted: answer(0), failed: answer(5) }
  if (command !== 3) throw new Error(`command ${command}`)
  await relay(client, proxy, options)
  return null
}

/** Carries datagrams for as long as the client's connection lasts. */
async function relay(client: Socket, proxy: TestProxy, { names = {} }: ProxyOptions): Promise<void> {
  const socket = createSocket('udp4')
  let from: { address: string; port: number } | null = null
  client.once('close', () => socket.close())
  client.resume()
  socket.on('message', (message, { address, port }) => {
    if (from === null || (from.port === port && from.address === address)) {
      from = { address, port }
      // two reserved bytes, the fragment, the kind of address
      const length = message[3] === 3 ? message[4]! + 1 : 4
      const host =
        message[3] === 3 ? message.subarray(5, 4 + length).toString() : [...message.subarray(4, 8)].join('.')
      const to = message.readUInt16BE(4 + length)
      proxy.datagrams.push(`${host}:${to}`)
      socket.send(message.subarray(6 + length), to, names[host] ?? host)
    } else {
      const head = Buffer.from([0, 0, 0, 1, ...address.split('.').map(Number), port >> 8, port & 0xff])
      socket.send(Buffer.concat([head, message]), from.port, from.address)
    }
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, port >> 8, port & 0xff]))
}

const socks4: Speak = async (_client, reader) => {
  const head = await reader.bytes(8)
  if (head[0] !== 4 || head[1] !== 1) throw new Error('not a SOCKS4 CONNECT')
  await reader.until('\0')
  const answer = (code: number) => Buffer.from([0, code, 0, 0, 0, 0, 0, 0])
  const host = [...head.subarray(4, 8)].join('.')
  return { host, port: head.readUInt16BE(2), granted: answer(0x5a), failed: answer(0x5b) }
}

/** HTTP CONNECT, with basic authentication if there is a login. */
const http: Speak = async (client, reader, proxy, { login }) => {
  const head = (await reader.until('\r\n\r\n')).toString()
  const target = /^CONNECT (.+):(\d+) HTTP\/1\.1\r\n/.exec(head)
  if (target === null) throw new Error(`not a CONNECT: ${head}`)
  const given = /^proxy-authorization: basic (\S+)/im.exec(head)?.[1] ?? ''
  if (login !== undefined && atob(given) !== `${login.username}:${login.password}`) {
    proxy.refused.push(atob(given))
    client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    throw new Error('refused')
  }
  return {
    host: target[1]!,
    port: Number(target[2]),
    granted: Buffer.from('HTTP/1.1 200 Connection established\r\n\r\n'),
    failed: Buffer.from('HTTP/1.1 502 Bad Gateway\r\n\r\n'),
  }
}

const languages = { socks5, socks4, http }

/** Starts a proxy of one kind. */
export async function startProxy(
  t: TestContext,
  kind: keyof typeof languages,
  options: ProxyOptions = {},
): Promise<TestProxy> {
  const proxy: TestProxy = { port: 0, asked: [], carried: 0, ports: new Set(), datagrams: [], refused: [] }
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  }
  const server: Server = createServer((client) => {
    keep(client)
    languages[kind](client, new Reader(client), proxy, options)
      .then((wish) => {
        if (wish === null) return
        proxy.asked.push(`${wish.host}:${wish.port}`)
        const target = connect({ host: options.names?.[wish.host] ?? wish.host, port: wish.port })
        keep(target)
        target.once('connect', () => {
          proxy.ports.add(target.localPort!)
          client.write(wish.granted)
          client.pipe(target).pipe(client)
          target.on('data', (chunk: Buffer) => {
            proxy.carried += chunk.length
          })
        })
        target.once('error', () => client.end(wish.failed))
        client.once('close', () => target.destroy())
        target.once('close', () => client.destroy())
      })
      .catch(() => client.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy.port = (server.address() as { port: number }).port
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return proxy
}
