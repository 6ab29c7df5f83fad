import { hostile, type Tree } from '../bencoded.ts'
import type { Step } from '../peer.ts'
import { type PeerInput, peerStage } from '../peer-stage.ts'
import type { Random } from '../random.ts'
import { base64, target } from '../target.ts'
import { extensionHandshake, frame, handshake, ourIds } from '../wire-messages.ts'
import { madeTorrent } from '../world.ts'

const torrents = { seed: madeTorrent(1), download: madeTorrent(2), magnet: madeTorrent(3) }

/** ut_pex (BEP 11): lists of peers from a peer. */
export const pex = target<PeerInput>({
  name: 'PEX',
  make(random) {
    const to = random.one(['seed', 'download', 'magnet'] as const)
    const shaken = random.once(2)
      ? extensionHandshake(random)
      : Buffer.from(`d1:md6:ut_pexi${ourIds.ut_pex}eee`)
    const start = [
      handshake(torrents[to].infoHash, random),
      frame(Buffer.concat([Buffer.from([20, 0]), shaken])),
    ]
    const steps: Step[] = [{ send: base64(Buffer.concat(start)) }, { wait: 'extended' }]
    const say = () => steps.push({ extended: 'ut_pex', otherwise: 1, body: base64(peers(random)) })
    random.list(1, 3, say)
    return {
      to,
      way: 'calls',
      from: random.next(2 ** 30),
      steps,
      answers: {},
      lastMs: random.one([10, 40]),
      end: 'close',
    }
  },
  open: () => peerStage(),
})

function peers(random: Random): Buffer {
  const many = random.once(25) ? 20_000 : 6
  const v4 = () => compact(random, 6, random.list(0, many, () => 0).length)
  const v6 = () => compact(random, 18, random.next(5))
  const flags = (length: number) => random.bytes(random.once(3) ? random.next(9) : length).toString('latin1')
  const [added, added6] = [v4(), v6()]
  const tree: Tree = {
    added,
    'added.f': flags(added.length / 6),
    added6,
    'added6.f': flags(added6.length / 18),
    dropped: v4(),
    dropped6: v6(),
  }
  return hostile(tree, random)
}

/** Addresses on loopback, any, and none. */
function compact(random: Random, length: number, count: number): string {
  const one = () => {
    const bytes = random.bytes(length)
    if (length === 6 && !random.once(4)) bytes[0] = 127
    if (random.once(8)) bytes.fill(random.one([0, 0xff]))
    return bytes
  }
  const cut = random.once(6) ? random.bytes(random.next(length)) : Buffer.alloc(0)
  return Buffer.concat([...Array.from({ length: count }, one), cut]).toString('latin1')
}
