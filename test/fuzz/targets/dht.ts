import { setTimeout as sleep } from 'node:timers/promises'
import { BDict, bdecode } from '../../../src/metainfo/index.ts'
import { hostile, type Tree } from '../bencoded.ts'
import { loopbackAddress } from '../net.ts'
import { Random } from '../random.ts'
import { base64, fromBase64, target } from '../target.ts'
import { say, udpSocket } from '../udp.ts'
import { madeTorrent, openWorld } from '../world.ts'

type DhtInput = {
  from: number
  /** Datagrams in order, base64. */
  says: string[]
  /** Answers to what our node is asked, in turn, base64; the transaction's bytes take the place of `@@`. */
  answers: string[]
}

/** A transaction id that is replaced by the one of the question. */
const mark = '1:t2:@@'
const known = [madeTorrent(1), madeTorrent(2), madeTorrent(3)].map(({ infoHash }) => infoHash)
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** A DHT node (BEP 5, 32, 33, 42, 43, 44, 51) that asks and answers oddly. */
export const dht = target<DhtInput>({
  name: 'DHT',
  make: (random) => ({
    from: random.next(2 ** 30),
    says: random.list(1, 6, () => base64(random.once(12) ? random.bytes(random.next(200)) : query(random))),
    answers: random.list(1, 4, () => base64(answer(random))),
  }),
  async open() {
    let asked = 0
    /** What the node that the session begins with answers: the newest input's. */
    let answers: string[] = []
    const reply =
      (answers: string[]) =>
      (bytes: Buffer, from: { port: number; address: string }, socket: import('node:dgram').Socket) => {
        const id = transactionOf(bytes)
        const next = answers[asked++ % answers.length]
        if (id === null || next === undefined) return
        const whole = text(fromBase64(next))
        const at = whole.indexOf(mark)
        const out =
          at === -1
            ? whole
            : `${whole.slice(0, at)}1:t${id.length}:${text(id)}${whole.slice(at + mark.length)}`
        say(socket, Buffer.from(out, 'latin1'), from.port, from.address)
      }
    const first = await udpSocket('127.0.0.1', (bytes, from, socket) => reply(answers)(bytes, from, socket))
    const world = await openWorld({
      enable_dht: true,
      dht_bootstrap_nodes: `127.0.0.1:${first.address().port}`,
      dht_restrict_routing_ips: false,
      dht_restrict_search_ips: false,
      // here one address sends all of it
      dht_block_ratelimit: 100_000,
      dht_upload_rate_limit: 100_000_000,
    }).catch((error) => {
      first.close()
      throw error
    })
    return {
      daemon: world.daemon,
      infoHash: world.seed.infoHash,
      lanes: 6,
      async play(input) {
        answers = input.answers
        const socket = await udpSocket(loopbackAddress(new Random(input.from)), reply(input.answers))
        for (const datagram of input.says) {
          say(socket, fromBase64(datagram), world.port)
          await sleep(1)
        }
        await sleep(10)
        socket.close()
      },
      note: () => `our nodes were asked ${asked} times`,
      async close() {
        await world.close()
        first.close()
      },
    }
  },
})

function transactionOf(bytes: Uint8Array): Uint8Array | null {
  try {
    const message = bdecode(bytes, { form: 'loose' })
    return (message instanceof BDict && message.get('y') instanceof Uint8Array && message.bytes('t')) || null
  } catch {
    return null
  }
}

const id = (random: Random) => text(random.bytes(20))
const hash = (random: Random) => (random.once(3) ? text(Buffer.from(random.one(known), 'hex')) : id(random))

function query(random: Random): Buffer {
  const args: { [name: string]: Tree } = {
    ping: { id: id(random) },
    find_node: { id: id(random), target: hash(random), want: ['n4', 'n6'] },
    get_peers: { id: id(random), info_hash: hash(random), scrape: 1, noseed: 1 },
    announce_peer: {
      id: id(random),
      info_hash: hash(random),
      port: random.one([0, 1, 6881, 65_535, 65_536]),
      token: random.bytes(random.one([0, 4, 8, 20, 300])).toString('latin1'),
      implied_port: random.next(2),
      seed: 1,
    },
    get: { id: id(random), target: hash(random), seq: random.edge() },
    put: {
      id: id(random),
      v: text(random.bytes(random.next(1100))),
      k: text(random.bytes(32)),
      sig: text(random.bytes(64)),
      seq: random.edge(),
      cas: 1,
      salt: text(random.bytes(random.next(70))),
      token: text(random.bytes(20)),
    },
    sample_infohashes: { id: id(random), target: hash(random) },
    vote: { id: id(random), target: hash(random), vote: 1 },
  }
  const name = random.one(Object.keys(args))
  const tree: Tree = {
    a: args[name]!,
    q: name,
    t: text(random.bytes(random.one([2, 2, 4, 0, 40]))),
    y: 'q',
    v: 'FZ01',
    ro: 1,
  }
  return hostile(tree, random)
}

function answer(random: Random): Buffer {
  const values = random.list(0, random.once(20) ? 5000 : 8, () =>
    text(random.bytes(random.one([6, 6, 18, 5, 0]))),
  )
  const nodes = () => {
    const one = () =>
      Buffer.concat([
        random.bytes(20),
        Buffer.from([127, random.next(256), random.next(256), 1 + random.next(200)]),
        random.bytes(2),
      ])
    const all = random.list(0, random.once(20) ? 3000 : 8, one)
    return text(Buffer.concat([...all, random.once(4) ? random.bytes(random.next(26)) : Buffer.alloc(0)]))
  }
  const r: { [name: string]: Tree } = {
    id: id(random),
    nodes: nodes(),
    token: text(random.bytes(random.one([0, 4, 20]))),
  }
  if (random.once(2)) r.values = values
  if (random.once(4))
    Object.assign(r, {
      nodes6: nodes(),
      samples: id(random),
      interval: random.edge(),
      num: 5,
      v: 'x',
      k: id(random),
      sig: id(random),
      seq: 1,
      BFpe: text(random.bytes(256)),
      BFsd: '',
    })
  const tree: Tree = random.once(8)
    ? { e: [random.edge(), random.text().replace(/[^\0-\xff]/g, '?')], t: '@@', y: 'e' }
    : { ip: text(random.bytes(6)), r, t: '@@', y: 'r', v: 'FZ01' }
  return hostile(tree, random)
}
