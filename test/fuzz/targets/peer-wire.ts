import { keyBytes, prime } from '../mse.ts'
import { chunks } from '../mutate.ts'
import type { Answers, Mse, Step } from '../peer.ts'
import { type PeerInput, peerStage } from '../peer-stage.ts'
import type { Random } from '../random.ts'
import { base64, target } from '../target.ts'
import { extensionHandshake, frame, handshake, message, ourIds } from '../wire-messages.ts'
import { madeTorrent, pieceLength } from '../world.ts'

const places = ['seed', 'download', 'magnet'] as const
const hashes = [madeTorrent(1), madeTorrent(2), madeTorrent(3)].map(({ infoHash }) => infoHash)

/** Every message of the peer protocol, plain and encrypted, from peers that call and from peers that are called. */
export const peerWire = target<PeerInput>({
  name: 'peer wire',
  make(random) {
    const at = random.next(places.length)
    const input: PeerInput = {
      to: places[at]!,
      way: random.once(5) ? 'called' : 'calls',
      from: random.next(2 ** 30),
      steps: steps(hashes[at]!, random),
      answers: answers(random),
      lastMs: random.one([0, 20, 60]),
      end: random.one(['close', 'reset']),
    }
    return random.once(4) ? { ...input, mse: mse(random) } : input
  },
  open: () => peerStage(),
})

function steps(infoHash: string, random: Random): Step[] {
  if (random.once(20)) return [{ send: base64(random.bytes(random.next(300))) }]
  const parts: Buffer[] = [handshake(infoHash, random)]
  if (random.once(2)) parts.push(frame(Buffer.concat([Buffer.from([20, 0]), extensionHandshake(random)])))
  // what a peer may begin with, so that more than the first message is heard
  if (random.once(2)) parts.push(frame(Buffer.from([random.one([14, 15])])))
  if (random.once(2)) parts.push(frame(Buffer.from([1])), frame(Buffer.from([2])))
  parts.push(...random.list(0, 6, () => message(random)))
  const list: Step[] = chunks(Buffer.concat(parts), random).map((part) => ({ send: base64(part) }))
  if (random.once(3)) list.push({ sleep: random.next(15) }, { send: base64(message(random)) })
  if (random.once(3)) {
    const extended = random.one(Object.keys(ourIds))
    const body = random.once(3) ? random.bytes(random.next(60)) : extensionHandshake(random)
    list.push({ wait: 'extended' }, { extended, otherwise: random.next(16), body: base64(body) })
  }
  return list
}

function answers(random: Random): Answers {
  if (random.once(3)) return {}
  const odd = () => (random.once(3) ? random.edge32() : 0)
  return {
    block: {
      pieceBy: odd(),
      offsetBy: odd(),
      length: random.one([pieceLength, pieceLength, 0, 1, 5000, pieceLength + 1, 200_000]),
      times: random.one([1, 1, 2, 5]),
      reject: random.once(4),
    },
  }
}

function mse(random: Random): Mse {
  const plan: Mse = {
    pad: random.one([0, 0, 1, 512, 513, 2000]),
    methods: random.one([1, 2, 3, 2, 0, 4, 2 ** 32 - 1]),
    claim: random.once(3) ? random.next(65_536) : 0,
  }
  if (random.once(3)) {
    const odd = [0n, 1n, 2n, prime - 1n, prime, prime + 1n, 2n ** 768n - 1n]
    const key = random.once(4) ? random.bytes(random.one([1, 95, 96, 97])) : keyBytes(random.one(odd))
    plan.key = base64(key)
  }
  if (random.once(3)) plan.garbage = base64(random.bytes(random.next(700)))
  return plan
}
