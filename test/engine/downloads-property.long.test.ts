import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { mostAsked } from '../../src/daemon/engine/host/pieces/picker.ts'
import { random } from '../session/random.ts'
import { file, makeTorrent, wrongFiles } from './support/data.ts'
import { tempFolder } from './support/engine.ts'
import { ModelPeer, ModelSwarm } from './support/swarm-model.ts'

const runs = 60

/** Every promise that picker and end game make at any time. */
function check(swarm: ModelSwarm): void {
  const asked = new Map<string, number>()
  for (const peer of swarm.peers) {
    const own = new Set<string>()
    assert.equal(
      peer.wire.requests.length,
      peer.open.length,
      'the peer knows all that is asked of it, and no more',
    )
    for (const { piece, offset } of peer.open) {
      const block = `${piece}:${offset}`
      assert.ok(!own.has(block), `${block} is asked of one peer twice`)
      own.add(block)
      asked.set(block, (asked.get(block) ?? 0) + 1)
      assert.ok(!swarm.had.has(piece), `${block} is asked for, and its piece is here`)
    }
  }
  for (const [block, count] of asked) assert.ok(count <= mostAsked, `${block} is asked of ${count} peers`)
}

/** Nobody idles who has something that nobody is asked for, once all has been done that is due. */
async function checkBusy(swarm: ModelSwarm): Promise<void> {
  // the disk may just have said that a piece is bad
  for (let turns = 0; turns < 3 && idler(swarm) !== null; turns++) await turn()
  assert.equal(idler(swarm), null)
}

function idler(swarm: ModelSwarm): string | null {
  const free = new Map<number, boolean>()
  for (const piece of swarm.missing) free.set(piece, true)
  for (const begun of swarm.downloads.begun()) free.set(begun.index, begun.free > 0)
  const idle = [...swarm.peers].filter(({ wire }) => !wire.peerChoking && wire.requests.length === 0)
  const missing = new Set(swarm.missing)
  for (const peer of idle)
    for (const [piece, isFree] of free)
      if (isFree && missing.has(piece) && peer.has.has(piece)) return `a peer idles and has piece ${piece}`
  return null
}

test('any order of joins, leaves, chokes, rejects and bad pieces: all is asked for, nothing twice, nothing is left over', async (t) => {
  const folder = await tempFolder(t)
  let found = 0
  for (let seed = 1; seed <= runs; seed++) {
    const below = random(seed)
    const pieceLength = 16384 * (1 + below(4))
    const sizes = Array.from({ length: 1 + below(3) }, () => 1 + below(pieceLength * 4))
    const torrent = makeTorrent(
      sizes.map((size, at) => file(`run${seed}/${at}`, size)),
      pieceLength,
    )
    const { numPieces } = torrent.meta
    const priorities = () => sizes.map(() => (below(4) === 0 ? 0 : 1 + below(7)))
    const swarm = new ModelSwarm(torrent, folder, priorities(), {
      strictEndGame: below(3) > 0,
      prioritizePartial: below(3) === 0,
      extentAffinity: below(3) === 0,
      initialThreshold: below(5),
      maxRequestsOut: 1 + below(20),
    })
    swarm.options.sequential = below(3) === 0
    await swarm.storage.prepare()
    const liars = new Set<object>()
    const joins = (peer: ModelPeer) => {
      if (peer.lies) liars.add(peer.wire)
      swarm.join(peer)
    }
    const anyPeer = () => [...swarm.peers][below(swarm.peers.size)]
    const steps: ((peer: ModelPeer) => void)[] = [
      (peer) => swarm.unchoke(peer),
      (peer) => swarm.unchoke(peer),
      (peer) => swarm.choke(peer),
      (peer) => swarm.leave(peer),
      (peer) => swarm.have(peer, below(numPieces), below(3) > 0),
      (peer) => void (peer.open.length > 0 && peer.wire.hasFast && swarm.reject(peer, below(100))),
      (peer) => swarm.downloads.measured(peer.wire, below(3) * 100_000),
      (peer) => {
        // as for a peer that does not answer in time
        swarm.downloads.snub(peer.wire)
        for (const { piece, offset, length } of [...peer.wire.requests])
          peer.wire.cancel(piece, offset, length)
      },
      () => swarm.prioritize(priorities()),
      ...Array.from({ length: 8 }, () => (peer: ModelPeer) => {
        for (let times = below(6); times > 0 && peer.open.length > 0; times--)
          swarm.answer(peer, below(16000))
      }),
    ]
    for (let step = 0; step < 120; step++) {
      if (swarm.peers.size === 0 || below(8) === 0) {
        const pieces = below(3) === 0 ? numPieces : below(numPieces + 1)
        const has = Array.from({ length: pieces }, () => below(numPieces))
        const all = Array.from({ length: numPieces }, (_, piece) => piece)
        joins(new ModelPeer(pieces === numPieces ? all : has, below(6) === 0, below(2) === 0))
      }
      steps[below(steps.length)]!(anyPeer()!)
      check(swarm)
      if (below(3) > 0) continue
      await turn()
      check(swarm)
      await checkBusy(swarm)
    }
    // liars go, a seed comes, and everybody answers
    for (const peer of [...swarm.peers]) if (peer.lies) swarm.leave(peer)
    swarm.prioritize(sizes.map(() => 4))
    const seed0 = new ModelPeer(
      Array.from({ length: numPieces }, (_, piece) => piece),
      false,
      true,
    )
    swarm.join(seed0)
    for (const peer of swarm.peers) swarm.unchoke(peer)
    for (let round = 0; swarm.missing.length > 0; round++) {
      assert.ok(round < 2000, `run ${seed}: pieces ${swarm.missing} do not come`)
      for (const peer of swarm.peers) while (peer.open.length > 0) swarm.answer(peer, below(16000))
      await turn()
      // the disk may need its time
      if (round > 50) await sleep(1)
      check(swarm)
    }
    assert.equal(swarm.failed, null)
    await turn()
    for (const { wire } of swarm.peers)
      assert.equal(wire.requests.length, 0, 'nobody is asked for anything any more')
    assert.deepEqual(
      [...swarm.downloads.begun()].map(({ index }) => index),
      [],
      'no piece is under way',
    )
    assert.equal(swarm.downloads.heldBytes, 0, 'nothing is held in memory')
    for (const [block, times] of swarm.taken) {
      const [piece] = block.split(':').map(Number)
      const failures = swarm.bad.filter((one) => one === piece).length
      assert.ok(
        times <= 1 + failures,
        `block ${block} was taken ${times} times, its piece was bad ${failures} times`,
      )
    }
    for (const wire of swarm.lied) assert.ok(liars.has(wire), 'only those are found to lie who do')
    found += swarm.lied.size
    swarm.downloads.stop()
    await swarm.storage.close()
    assert.deepEqual(await wrongFiles(folder, torrent.files), [])
  }
  assert.ok(found > 0, 'some are found to lie')
})
