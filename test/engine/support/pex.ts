import { once } from 'node:events'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import { type PexMessage, parsePex, pexDictionary } from '../../../src/daemon/engine/host/pex/message.ts'
import { BDict, bdecode, bencode } from '../../../src/metainfo/index.ts'

/** A peer that shakes hands, offers ut_pex, and otherwise only listens. */
export interface PexSpeaker {
  /** What the other end calls ut_pex; 0 when it does not offer it, or took it back. */
  offered: number
  /** The last of its extension handshakes. */
  handshake: BDict
  /** The eight reserved bytes of its handshake. */
  reserved: Buffer
  messages: PexMessage[]
  /** Ports of BEP 5's `port` message. */
  dhtPorts: number[]
  closed: boolean
  send(message: PexMessage): void
}

/** What our end calls ut_pex. */
const ours = 7

/** Connects, and waits for the handshakes. `port` is where this peer says that it listens. */
export async function speakPex(
  t: TestContext,
  address: string,
  infoHash: string,
  { port }: { port: number },
): Promise<PexSpeaker> {
  const [host, tcpPort] = address.split(':') as [string, string]
  const socket = connect({ host, port: Number(tcpPort) })
  t.after(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  const frame = (id: number, extension: number, dictionary: object) => {
    const body = Buffer.concat([Buffer.from([id, extension]), bencode(dictionary as never)])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    return Buffer.concat([length, body])
  }
  // extensions, DHT, fast
  const reserved = Buffer.from([0, 0, 0, 0, 0, 0x10, 0, 0x05])
  const peerId = Buffer.from(`-XX0000-${String(port).padStart(12, '0')}`)
  socket.write(
    Buffer.concat([Buffer.from('\x13BitTorrent protocol'), reserved, Buffer.from(infoHash, 'hex'), peerId]),
  )
  socket.write(frame(20, 0, { m: { ut_pex: ours }, p: port }))
  const seen: PexSpeaker = {
    offered: 0,
    handshake: new BDict(),
    reserved: Buffer.alloc(0),
    messages: [],
    dhtPorts: [],
    closed: false,
    send: (message) => socket.write(frame(20, seen.offered, pexDictionary(message))),
  }
  let shaken = (): void => {}
  const handshake = new Promise<void>((resolve, reject) => {
    shaken = resolve
    socket.once('close', () => {
      seen.closed = true
      reject(new Error('the other end hung up'))
    })
  })
  let left = Buffer.alloc(0)
  socket.on('data', (bytes) => {
    left = Buffer.concat([left, bytes])
    if (seen.reserved.length === 0) {
      if (left.length < 68) return
      seen.reserved = left.subarray(20, 28)
      left = left.subarray(68)
    }
    while (left.length >= 4 && left.length >= 4 + left.readUInt32BE(0)) {
      const body = left.subarray(4, 4 + left.readUInt32BE(0))
      left = left.subarray(4 + body.length)
      if (body[0] === 9) seen.dhtPorts.push(body.readUInt16BE(1))
      if (body[0] !== 20) continue
      if (body[1] === ours) seen.messages.push(parsePex(body.subarray(2))!)
      if (body[1] !== 0) continue
      seen.handshake = bdecode(body.subarray(2)) as BDict
      const names = seen.handshake.get('m') as BDict
      const id = names.get('ut_pex')
      if (id !== undefined) seen.offered = Number(id)
      shaken()
    }
  })
  await handshake
  return seen
}
