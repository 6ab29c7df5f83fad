import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import { mutate } from '../mutate.ts'
import type { Random } from '../random.ts'
import { base64, fromBase64, target } from '../target.ts'
import { say } from '../udp.ts'
import { madeTorrent, openWorld } from '../world.ts'

type LsdInput = {
  /** Datagrams, base64. */
  says: string[]
}

const group = '239.192.152.143'
const port = 6771
const known = [madeTorrent(1), madeTorrent(2), madeTorrent(3)].map(({ infoHash }) => infoHash)

/** Local service discovery (BEP 14): announcements in the group of the local network. */
export const lsd = target<LsdInput>({
  name: 'LSD',
  make: (random) => ({ says: random.list(1, 5, () => base64(announcement(random))) }),
  async open() {
    const world = await openWorld({ enable_lsd: true })
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    const heard = new Set<string>()
    socket.on('error', () => {})
    socket.on('message', (bytes) => heard.add(/cookie: (.*)/.exec(bytes.toString('latin1'))?.[1] ?? ''))
    await new Promise<void>((resolve) => socket.bind(port, group, resolve))
    socket.addMembership(group, '127.0.0.1')
    socket.setMulticastInterface('127.0.0.1')
    return {
      daemon: world.daemon,
      infoHash: world.seed.infoHash,
      lanes: 2,
      async play(input) {
        for (const datagram of input.says) say(socket, fromBase64(datagram), port, group)
        await sleep(5)
      },
      note: () => `${heard.size} cookies were heard in the group`,
      async close() {
        socket.close()
        await world.close()
      },
    }
  },
})

function announcement(random: Random): Buffer {
  if (random.once(12)) return random.bytes(random.next(1400))
  const hashes = random.list(0, random.once(10) ? 1000 : 3, () =>
    random.once(2) ? random.one(known) : random.bytes(random.one([20, 20, 19, 32])).toString('hex'),
  )
  const lines = [
    random.one([
      'BT-SEARCH * HTTP/1.1',
      'BT-SEARCH * HTTP/1.1',
      'BT-SEARCH * HTTP/9.9',
      'GET / HTTP/1.1',
      '',
    ]),
    `Host: ${group}:${port}`,
    `Port: ${random.one([6881, 0, 1, 65_535, 65_536, -1, 1e21])}`,
    ...hashes.map((hash) => `${random.one(['Infohash', 'infohash', 'INFOHASH'])}: ${hash}`),
    `cookie: ${random.text()}`,
  ]
  const bytes = Buffer.from(`${lines.join(random.one(['\r\n', '\r\n', '\n', '\r']))}\r\n\r\n\r\n`).subarray(
    0,
    60_000,
  )
  return random.once(2) ? bytes : mutate(bytes, random)
}
