import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BDict, bdecode } from '../../src/metainfo/index.ts'
import { type BadHandshake, handshake, type Line } from './bad-handshakes.ts'
import { type BadMessage, frame, type Target } from './bad-messages.ts'
import { choice, Exchange } from './mse.ts'
import { callOverUtp } from './utp-call.ts'

/** How a connection ended: the other end closed it, or had not done so after the time. */
export type Ending = 'closed' | 'kept'

/** Both ends of a connection as bytes, decrypted where that was agreed on. */
class Call implements Line {
  readonly #socket: Duplex
  #come: Buffer = Buffer.alloc(0)
  #closed = false
  #news: () => void = () => {}
  #decrypt: (bytes: Uint8Array) => Buffer = (bytes) => Buffer.from(bytes)
  #encrypt: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes

  constructor(socket: Duplex) {
    this.#socket = socket
    socket.on('data', (bytes) => {
      // enough to know who it is: nobody here reads a whole transfer
      if (this.#come.length < 1 << 20) this.#come = Buffer.concat([this.#come, this.#decrypt(bytes)])
      this.#news()
    })
    socket.on('error', () => {})
    for (const event of ['close', 'end']) {
      socket.on(event, () => {
        this.#closed = true
        this.#news()
      })
    }
  }

  say = (bytes: Uint8Array): void => {
    this.#socket.write(this.#encrypt(bytes))
  }

  hear = async (count: number): Promise<Buffer> => {
    while (this.#come.length < count) {
      if (this.#closed) throw new Error('the other end hung up')
      await new Promise<void>((resolve) => {
        this.#news = resolve
      })
    }
    const found = this.#come.subarray(0, count)
    this.#come = this.#come.subarray(count)
    return found
  }

  /** Waits for the other end to hang up. */
  async ending(withinMs: number): Promise<Ending> {
    const end = performance.now() + withinMs
    while (!this.#closed && performance.now() < end) await sleep(5)
    return this.#closed ? 'closed' : 'kept'
  }

  get closed(): boolean {
    return this.#closed
  }

  hangUp(): void {
    this.#socket.destroy()
  }

  /** The caller's side of an encrypted handshake, as it should be. */
  async encrypt(infoHash: string): Promise<void> {
    const exchange = new Exchange()
    this.say(exchange.key)
    const { mark, name, a, b } = exchange.with(await this.hear(96), infoHash)
    this.say(Buffer.concat([mark, name, a(Buffer.concat([Buffer.alloc(8), choice(2, 0), Buffer.alloc(2)]))]))
    const constant = b(Buffer.alloc(8))
    let sought = await this.hear(8)
    for (let pad = 0; !sought.equals(constant); pad++) {
      if (pad > 512) throw new Error('the other end does not answer in encryption')
      sought = Buffer.concat([sought.subarray(1), await this.hear(1)])
    }
    const answer = b(await this.hear(6))
    await this.hear(answer.readUInt16BE(4)).then(b)
    this.#come = b(this.#come)
    this.#decrypt = b
    this.#encrypt = a
  }
}

/** Calls `host:port` from another address of this machine. */
async function call({ address, from, over = 'tcp' }: Attack): Promise<Call> {
  if (over === 'utp') return new Call(await callOverUtp(address, from))
  const [host, port] = address.split(':')
  const socket = connect({ host: host!, port: Number(port), localAddress: from })
  socket.once('error', () => {})
  await once(socket, 'connect')
  return new Call(socket)
}

interface Attack {
  /** `host:port` of the one who is attacked. */
  address: string
  /** Where we call from. */
  from: string
  /** TCP unless told otherwise. */
  over?: 'tcp' | 'utp'
  encrypted?: boolean
  /** How long it may take until the connection is closed, or how long it has to stay. */
  withinMs: number
}

/** Shakes hands and sends one message. Rejects when the other end does not even shake hands. */
export async function send(
  message: BadMessage,
  target: Omit<Target, 'extensions'>,
  attack: Attack,
): Promise<Ending> {
  const { encrypted = false, withinMs } = attack
  const peer = await call(attack)
  try {
    if (encrypted) await peer.encrypt(target.infoHash)
    peer.say(handshake(target.infoHash, message))
    await peer.hear(68)
    const extensions = await offered(peer)
    if (message.extended)
      peer.say(frame(20, Buffer.from('\0d1:md11:lt_donthavei7e11:ut_metadatai3e6:ut_pexi2eee')))
    peer.say(message.bytes({ ...target, extensions }))
    return await peer.ending(withinMs)
  } finally {
    peer.hangUp()
  }
}

/** What the other end offers in its extended handshake, which it sends first. */
async function offered(peer: Call): Promise<Target['extensions']> {
  for (;;) {
    const length = (await peer.hear(4)).readUInt32BE()
    const body = await peer.hear(length)
    if (body[0] !== 20 || body[1] !== 0) continue
    const names = (bdecode(body.subarray(2)) as BDict).dict('m')!
    const id = (name: string) => Number(names.integer(name) ?? 0)
    return { ut_metadata: id('ut_metadata'), ut_pex: id('ut_pex'), lt_donthave: id('lt_donthave') }
  }
}

/** Says something in place of a handshake. */
export async function greet(bad: BadHandshake, infoHash: string, attack: Attack): Promise<Ending> {
  const peer = await call(attack)
  try {
    // hung up on before it has said all
    await bad.play(peer, infoHash).catch(() => {})
    return await peer.ending(attack.withinMs)
  } finally {
    peer.hangUp()
  }
}

/** Whether a call from this address is hung up on before a word is said. */
export async function isTurnedAway(attack: Attack, infoHash: string): Promise<boolean> {
  const peer = await call(attack)
  try {
    peer.say(handshake(infoHash))
    return await Promise.race([
      peer.hear(68).then(
        () => false,
        () => true,
      ),
      sleep(attack.withinMs, false),
    ])
  } finally {
    peer.hangUp()
  }
}

/** Listens at an address of this machine and answers each call with something bad, until `close`. */
export async function listenBadly(
  bad: BadHandshake,
  infoHash: string,
  host: string,
  withinMs: number,
): Promise<{ address: string; first: Promise<Ending>; close: () => void }> {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket))
  const first = once(server, 'connection').then(([socket]) => {
    const peer = new Call(socket as Socket)
    bad.play(peer, infoHash).catch(() => {})
    return peer.ending(withinMs)
  })
  server.listen(0, host)
  await once(server, 'listening')
  return {
    address: `${host}:${(server.address() as { port: number }).port}`,
    first,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
