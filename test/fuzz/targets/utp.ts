import { setTimeout as sleep } from 'node:timers/promises'
import { mutate } from '../mutate.ts'
import { loopbackAddress } from '../net.ts'
import { Random } from '../random.ts'
import { base64, fromBase64, target } from '../target.ts'
import { say, udpSocket } from '../udp.ts'
import { handshake, message } from '../wire-messages.ts'
import { madeTorrent, openWorld } from '../world.ts'

type UtpInput = {
  from: number
  connection: number
  /** Packets: bytes as they are, or a payload of which the header is made when it is due. All base64. */
  packets: (
    | { raw: string }
    | { type: number; payload: string; ackBy: number; sequenceBy: number; extensions: string; window: number }
  )[]
}

const types = { data: 0, fin: 1, state: 2, reset: 3, syn: 4 }
const infoHash = madeTorrent(1).infoHash

/** uTP (BEP 29): odd headers, and lawful connections with odd payloads. */
export const utp = target<UtpInput>({
  name: 'uTP',
  make(random) {
    const connection = random.next(65_536)
    const packets: UtpInput['packets'] = random.once(4)
      ? []
      : [packet(random, types.syn, Buffer.alloc(0), false)]
    const talk = Buffer.concat([
      handshake(infoHash, random),
      ...random.list(0, 4, () => message(random).subarray(0, 1200)),
    ])
    if (!random.once(3)) packets.push(packet(random, types.data, talk.subarray(0, 1300), false))
    packets.push(
      ...random.list(0, 5, () =>
        random.once(3)
          ? { raw: base64(random.once(2) ? random.bytes(random.next(60)) : mutate(header(random), random)) }
          : packet(
              random,
              random.one([0, 1, 2, 2, 3, 4, 5, 15]),
              random.bytes(random.next(40)),
              random.once(2),
            ),
      ),
    )
    return { from: random.next(2 ** 30), connection, packets }
  },
  async open() {
    const world = await openWorld({ enable_incoming_utp: true, enable_outgoing_utp: true })
    let answered = 0
    return {
      daemon: world.daemon,
      infoHash: world.seed.infoHash,
      lanes: 8,
      async play(input) {
        let acknowledge = 0
        let sequence = 1
        const socket = await udpSocket(loopbackAddress(new Random(input.from)), (bytes) => {
          answered++
          if (bytes.length >= 20) acknowledge = bytes.readUInt16BE(16)
        })
        for (const packet of input.packets) {
          if ('raw' in packet) say(socket, fromBase64(packet.raw), world.port)
          else {
            const syn = packet.type === types.syn
            const head = Buffer.alloc(20)
            const extensions = fromBase64(packet.extensions)
            head[0] = ((packet.type & 15) << 4) | 1
            head[1] = extensions.length > 0 ? 1 : 0
            head.writeUInt16BE((input.connection + (syn ? 0 : 1)) & 0xffff, 2)
            head.writeUInt32BE(Math.floor(performance.now() * 1000) % 2 ** 32, 4)
            head.writeUInt32BE(packet.window % 2 ** 32, 12)
            head.writeUInt16BE((sequence + packet.sequenceBy) & 0xffff, 16)
            head.writeUInt16BE((acknowledge + packet.ackBy) & 0xffff, 18)
            if (packet.type === types.data || syn) sequence++
            say(socket, Buffer.concat([head, extensions, fromBase64(packet.payload)]), world.port)
          }
          await sleep(4)
        }
        await sleep(10)
        // whoever goes says so: connections that nobody ends stay for a while
        const reset = Buffer.alloc(20)
        reset[0] = (types.reset << 4) | 1
        reset.writeUInt16BE((input.connection + 1) & 0xffff, 2)
        say(socket, reset, world.port)
        await sleep(1)
        socket.close()
      },
      note: () => `${answered} packets came back`,
      close: () => world.close(),
    }
  },
})

function packet(random: Random, type: number, payload: Buffer, odd: boolean): UtpInput['packets'][number] {
  const by = () => (odd && random.once(2) ? random.next(65_536) : 0)
  // next extension, length, bits: a selective acknowledgement, or something that is cut off
  const extensions =
    odd && random.once(2) ? random.bytes(random.one([1, 2, 6, 10, 34, 258])) : Buffer.alloc(0)
  return {
    type,
    payload: base64(payload),
    ackBy: by(),
    sequenceBy: by(),
    extensions: base64(extensions),
    window: random.one([65_536, 0, 1, 2 ** 32 - 1]),
  }
}

function header(random: Random): Buffer {
  const head = random.bytes(20 + random.next(40))
  head[0] = (random.next(6) << 4) | random.one([1, 1, 1, 0, 2])
  head[1] = random.one([0, 0, 1, 2, 255])
  return head
}
