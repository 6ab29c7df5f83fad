import { encodeTree, hostile, type Tree } from '../bencoded.ts'
import { mutate } from '../mutate.ts'
import type { Step } from '../peer.ts'
import { type PeerInput, peerStage } from '../peer-stage.ts'
import type { Random } from '../random.ts'
import { base64, target } from '../target.ts'
import { extensionHandshake, frame, handshake, message } from '../wire-messages.ts'
import { type MadeTorrent, madeTorrent } from '../world.ts'

const torrents = { seed: madeTorrent(1), download: madeTorrent(2), magnet: madeTorrent(3) }

/** ut_metadata (BEP 9): to a magnet link that asks, and to torrents that are asked. */
export const metadata = target<PeerInput>({
  name: 'ut_metadata',
  make(random) {
    const to = random.one(['magnet', 'magnet', 'magnet', 'seed', 'download'] as const)
    return {
      to,
      way: random.once(8) ? 'called' : 'calls',
      from: random.next(2 ** 30),
      steps: steps(torrents[to], random),
      answers: { metadata: random.list(1, 3, () => base64(answer(torrents[to], random))) },
      lastMs: random.one([20, 60]),
      end: random.one(['close', 'reset']),
    }
  },
  open: () => peerStage(),
})

function steps({ infoHash, info }: MadeTorrent, random: Random): Step[] {
  const size = random.once(2)
    ? info.length
    : random.one([0, -1, 1, 2 ** 31, 100_000_000, 16_384, random.edge()])
  const shaken = extensionHandshake(random, { metadata_size: size })
  const start = [handshake(infoHash, random), frame(Buffer.concat([Buffer.from([20, 0]), shaken]))]
  const list: Step[] = [{ send: base64(Buffer.concat(start)) }]
  if (random.once(2)) list.push({ wait: 'extended' })
  const say = () => {
    const body = random.once(2) ? question(random) : answer(torrents.magnet, random)
    list.push({ extended: 'ut_metadata', otherwise: random.next(4), body: base64(body) })
  }
  random.list(0, 4, say)
  if (random.once(4))
    list.push({ send: base64(frame(Buffer.concat([Buffer.from([20, 0]), extensionHandshake(random)]))) })
  if (random.once(4)) list.push({ send: base64(message(random)) })
  return list
}

function question(random: Random): Buffer {
  const tree: Tree = {
    msg_type: random.one([0, 0, 1, 2, 3, -1]),
    piece: random.one([0, 0, 1, -1, random.edge()]),
  }
  return random.once(4) ? encodeTree(tree) : hostile(tree, random)
}

function answer({ info }: MadeTorrent, random: Random): Buffer {
  const kind = random.one([1, 1, 1, 2, 0])
  const total = random.once(2) ? info.length : random.edge()
  const tree: Tree = { msg_type: kind, piece: random.one([0, 0, 0, 1, -1, random.edge()]), total_size: total }
  const head = random.once(2) ? encodeTree(tree) : hostile(tree, random)
  const data = random.one([
    info,
    info,
    mutate(info, random),
    Buffer.alloc(16_384),
    Buffer.alloc(0),
    Buffer.alloc(70_000, 0x64),
  ])
  return Buffer.concat([head, data])
}
