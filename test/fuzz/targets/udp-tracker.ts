import { mutate } from '../mutate.ts'
import type { Random } from '../random.ts'
import { base64, fromBase64, target } from '../target.ts'
import { type Lane, trackerStage } from '../tracker-stage.ts'
import { say, udpSocket } from '../udp.ts'

type UdpInput = {
  /** Answers to connect, announce and scrape, base64; `TTTT` stands for the transaction. */
  connect: string[]
  announce: string[]
}

const transaction = Buffer.from('TTTT')

/** A UDP tracker (BEP 15, 41). */
export const udpTracker = target<UdpInput>({
  name: 'UDP tracker',
  make: (random) => ({
    connect: random.list(random.once(20) ? 0 : 1, 2, () => base64(odd(connectAnswer(random), random, 6))),
    announce: random.list(random.once(10) ? 0 : 1, 3, () => base64(odd(announceAnswer(random), random, 2))),
  }),
  async open() {
    const lanes: Lane<UdpInput>[] = []
    const sockets = await Promise.all(
      Array.from({ length: 24 }, async () => {
        const lane: Lane<UdpInput> = { url: '', input: null, answered: () => {} }
        lanes.push(lane)
        const socket = await udpSocket('127.0.0.1', (bytes, from, own) => {
          const input = lane.input
          if (input === null || bytes.length < 16) return
          const action = bytes.readUInt32BE(8)
          for (const answer of (action === 0 ? input.connect : input.announce).map(fromBase64)) {
            const at = answer.indexOf(transaction)
            if (at !== -1) bytes.copy(answer, at, 12, 16)
            say(own, answer, from.port, from.address)
          }
          if (action !== 0) setTimeout(() => lane.answered(), 3)
        })
        lane.url = `udp://127.0.0.1:${socket.address().port}/announce`
        return socket
      }),
    )
    return await trackerStage(lanes, async () => {
      for (const socket of sockets) socket.close()
    })
  },
})

const odd = (bytes: Buffer, random: Random, times: number) =>
  random.once(times) ? mutate(bytes, random) : bytes

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value % 2 ** 32, 4 * index)
  })
  return bytes
}

function connectAnswer(random: Random): Buffer {
  return Buffer.concat([words(0), transaction, random.bytes(8)])
}

function announceAnswer(random: Random): Buffer {
  const action = random.one([1, 1, 1, 1, 2, 3, 0, 4, random.edge()])
  if (action === 3) return Buffer.concat([words(3), transaction, Buffer.from(random.text())])
  const count = random.once(40) ? 9000 : random.next(10)
  const peers = random.bytes(6 * count + (random.once(4) ? random.next(6) : 0))
  for (let at = 0; at < peers.length; at += 6) if (!random.once(5)) peers[at] = 127
  return Buffer.concat([
    words(action),
    transaction,
    words(random.one([1800, 0, 2 ** 31, random.edge()]), random.edge(), random.edge()),
    peers,
  ])
}
