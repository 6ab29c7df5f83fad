import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import Wire from 'bittorrent-protocol'
import type { Wire as OurWire } from 'webtorrent'
import {
  antiLeechScore,
  type Candidate,
  rateBasedSlots,
  unchokeOrder,
} from '../../src/daemon/engine/host/uploads/choke-order.ts'
import { Choker, type ChokerTorrent } from '../../src/daemon/engine/host/uploads/choker.ts'
import { type UploadSettings, uploadSettings } from '../../src/daemon/engine/host/uploads/settings.ts'

// The rules are those of libtorrent's src/choker.cpp and of recalculate_unchoke_slots and recalculate_optimistic_unchoke_slots
// in its src/session_impl.cpp.

const now = 1_000_000

function candidate(name: string, more: Partial<Candidate> & { up?: number; down?: number } = {}) {
  const { up = 0, down = 0, wire, ...rest } = more
  return {
    name,
    wire: { downloaded: down, uploaded: up, amChoking: true, ...wire },
    torrent: { totalSize: 1000, pieceLength: 10 },
    share: 0,
    lastUnchoke: 0,
    uploadedAtUnchoke: 0,
    downloadedAtRound: 0,
    uploadedAtRound: 0,
    ...rest,
  }
}

function ranked(settings: Record<string, number>, all: ReturnType<typeof candidate>[]): string[] {
  return all.toSorted(unchokeOrder(uploadSettings(settings), now)).map(({ name }) => name)
}

describe('the order of peers', () => {
  test('who sent more since the last round goes first, whatever the algorithm of seeds', () => {
    const all = [
      candidate('nothing', { up: 5000, lastUnchoke: -9 }),
      candidate('much', { down: 500 }),
      candidate('before', { down: 9000, downloadedAtRound: 9000 }),
      candidate('some', { down: 700, downloadedAtRound: 600 }),
    ]
    for (const seed_choking_algorithm of [0, 1, 2])
      assert.deepEqual(ranked({ seed_choking_algorithm }, all).slice(0, 2), ['much', 'some'])
  })

  test('round robin: unchoked ones stay until they had their share and a minute, then the longest wait counts', () => {
    const share = 20 * 10
    const long = now - 61_000
    const all = [
      candidate('waits long', { lastUnchoke: 10 }),
      candidate('waits', { lastUnchoke: 500 }),
      candidate('has a rest of a transfer', { lastUnchoke: 600, up: 5000 }),
      candidate('served', {
        wire: { downloaded: 0, uploaded: share + 1, amChoking: false },
        lastUnchoke: long,
      }),
      candidate('short', {
        wire: { downloaded: 0, uploaded: share + 1, amChoking: false },
        lastUnchoke: now - 59_000,
      }),
      candidate('little', { wire: { downloaded: 0, uploaded: share, amChoking: false }, lastUnchoke: long }),
    ]
    assert.deepEqual(ranked({}, all), [
      'short',
      'little',
      'waits long',
      'waits',
      'has a rest of a transfer',
      'served',
    ])
    // 21 pieces each: nobody is served
    assert.equal(ranked({ seeding_piece_quota: 21 }, all).at(-1), 'has a rest of a transfer')
  })

  test('fastest upload: by what each got since the last round', () => {
    const all = [
      candidate('late', { up: 10, lastUnchoke: 2 }),
      candidate('early', { up: 10, lastUnchoke: 1 }),
      candidate('fast', { up: 5000, uploadedAtRound: 4000 }),
      candidate('long ago', { up: 9000, uploadedAtRound: 9000 }),
    ]
    assert.deepEqual(ranked({ seed_choking_algorithm: 1 }, all), ['fast', 'early', 'late', 'long ago'])
  })

  test('anti-leech: those with nothing and those nearly done, and what we gave counts against them', () => {
    const score = (share: number, up = 0) => antiLeechScore(candidate('', { share, up }))
    assert.deepEqual(
      [score(0), score(0.25), score(0.5), score(0.9), score(1)],
      [1000, 500, 0, 800, 1000],
      'high at both ends',
    )
    // it says it has nothing, and got a quarter from us
    assert.equal(score(0, 250), 500)
    assert.equal(score(0, 5000), 0, 'but never for having got much')
    const all = [candidate('half', { share: 0.5 }), candidate('new'), candidate('nearly', { share: 0.9 })]
    assert.deepEqual(ranked({ seed_choking_algorithm: 2 }, all), ['new', 'nearly', 'half'])
  })

  test('rate based: as many slots as carry 2 KiB/s more each than the one before, and one', () => {
    const rates = (...all: number[]) => all.map((up) => candidate('', { up: up * 15 }))
    const slots = (...all: number[]) => rateBasedSlots(rates(...all), 15_000, 1024)
    assert.equal(slots(), 1)
    assert.equal(slots(1023), 1)
    assert.equal(slots(1024), 2)
    assert.equal(slots(1024, 5000), 2, 'the second has to carry 3072')
    assert.equal(slots(3072, 5000), 3)
    assert.equal(slots(0, 0, 3071, 90_000, 0), 2)
  })
})

/** Peers of a choker, which hear what a real connection would be sent. */
class Peers {
  readonly settings: UploadSettings
  readonly choker: Choker
  readonly wires: OurWire[] = []
  now = performance.now()

  constructor(settings: Record<string, number>) {
    this.settings = uploadSettings(settings)
    this.choker = new Choker(() => this.settings)
    this.choker.apply()
  }

  /** A torrent whose changes nobody wants to hear of. */
  torrent(mostUploads = Number.POSITIVE_INFINITY): ChokerTorrent {
    const changed = () => {}
    return {
      serves: true,
      mostUploads,
      totalSize: 1000,
      pieceLength: 10,
      share: () => 0,
      changed,
      unchokes: changed,
    }
  }

  add(count: number, torrent = this.torrent()): OurWire[] {
    const wires = Array.from({ length: count }, () => new Wire('tcpIncoming') as unknown as OurWire)
    for (const wire of wires) {
      this.choker.add(torrent, wire)
      this.wires.push(wire)
    }
    return wires
  }

  interested(wires: readonly OurWire[]): void {
    for (const wire of wires) wire._onMessage(Buffer.of(2))
  }

  tick(seconds = 1): void {
    for (let i = 0; i < seconds; i++) {
      this.now += 1000
      this.choker.tick(this.now)
    }
  }

  /** Numbers of those that may ask. */
  get served(): number[] {
    return [...this.wires.keys()].filter((i) => !this.wires[i]!.amChoking)
  }

  get optimistic(): number[] {
    return [...this.wires.keys()].filter((i) => this.choker.isOptimistic(this.wires[i]!))
  }
}

describe('the rounds', () => {
  test('a free slot is had at once, by those who are interested; nobody is served beyond the slots', () => {
    const peers = new Peers({ unchoke_slots_limit: 3 })
    peers.add(5)
    peers.wires[0]!.unchoke()
    assert.equal(peers.served.length, 0, 'it has not asked for anything')
    peers.interested(peers.wires)
    assert.deepEqual(peers.served, [0, 1, 2])
    peers.wires[1]!._onMessage(Buffer.of(3))
    assert.deepEqual(peers.served, [0, 2])
    peers.tick(2)
    // two of the three by rank, the third by turn
    assert.equal(peers.served.length, 3)
    assert.ok(!peers.served.includes(1))
    assert.equal(peers.optimistic.length, 1)
  })

  test('the best keep their slots for a round, and are changed only then', () => {
    const peers = new Peers({
      unchoke_slots_limit: 3,
      unchoke_interval: 15,
      optimistic_unchoke_interval: 600,
    })
    peers.add(6)
    peers.interested(peers.wires)
    // whose turn it is comes beside the others, until the next tick
    peers.tick(2)
    const [turn] = peers.optimistic
    const best = [3, 4, 5].filter((i) => i !== turn).slice(0, 2)
    for (const i of best) peers.wires[i]!.downloaded = 1000 * (i + 1)
    const before = peers.served
    peers.tick(14)
    assert.deepEqual(peers.served, before)
    peers.tick()
    assert.deepEqual(
      peers.served,
      [...best, turn!].toSorted((a, b) => a - b),
    )
  })

  test('those who have waited longest have their turn, so many at a time, each once before one has it again', () => {
    const settings = {
      unchoke_slots_limit: 4,
      num_optimistic_unchoke_slots: 2,
      optimistic_unchoke_interval: 2,
    }
    const peers = new Peers({ ...settings, unchoke_interval: 1 })
    peers.add(8)
    peers.interested(peers.wires)
    // the first two send all the time, and keep their slots
    const turns = new Set<number>()
    for (let i = 0; i < 40; i++) {
      for (const wire of peers.wires.slice(0, 2)) wire.downloaded += 1000
      peers.tick()
      assert.ok(peers.served.length <= 4, `${peers.served}`)
      if (i < 3) continue
      assert.ok(peers.served.includes(0) && peers.served.includes(1), `${peers.served}`)
      assert.equal(peers.optimistic.length, 2)
      if (i >= 4 && i < 10) for (const one of peers.optimistic) turns.add(one)
    }
    assert.deepEqual([...turns].toSorted(), [2, 3, 4, 5, 6, 7])
  })

  test('without limit all who are interested are served, a torrent has its own limit, and 0 slots serve nobody', () => {
    const peers = new Peers({ unchoke_slots_limit: -1 })
    peers.add(30)
    peers.add(5, peers.torrent(2))
    peers.interested(peers.wires)
    assert.equal(peers.served.length, 32)
    peers.tick(40)
    assert.equal(peers.served.length, 32)
    Object.assign(peers.settings, { unchokeSlots: 4 })
    peers.choker.apply()
    peers.tick(40)
    assert.equal(peers.served.length, 4)
    Object.assign(peers.settings, { unchokeSlots: 0 })
    peers.choker.apply()
    peers.tick(40)
    assert.deepEqual(peers.served.length, 0)
  })

  test('the slot of one that leaves is given on, also when it had its turn', () => {
    const peers = new Peers({
      unchoke_slots_limit: 2,
      unchoke_interval: 600,
      optimistic_unchoke_interval: 600,
    })
    peers.add(4)
    peers.interested(peers.wires)
    peers.tick(2)
    assert.equal(peers.served.length, 2)
    for (const i of peers.served) peers.wires[i]!.emit('close')
    const gone = new Set(peers.served)
    peers.tick(2)
    const rest = peers.served.filter((i) => !gone.has(i))
    assert.equal(rest.length, 2)
  })

  test('slots are the session’s: they go to the best of whichever torrent', () => {
    const peers = new Peers({ unchoke_slots_limit: 3, unchoke_interval: 1, optimistic_unchoke_interval: 600 })
    peers.add(4)
    peers.add(4)
    peers.interested(peers.wires)
    peers.tick()
    for (const i of [5, 6]) peers.wires[i]!.downloaded += 1000
    peers.tick()
    assert.ok(peers.served.includes(5) && peers.served.includes(6), `${peers.served}`)
    assert.equal(peers.served.length, 3)
  })

  test('a round of 200 peers looks at each a few times', () => {
    const peers = new Peers({ unchoke_slots_limit: 20, seed_choking_algorithm: 2 })
    let looks = 0
    const torrent = { ...peers.torrent(), share: () => ++looks / 1e6 }
    peers.add(200, torrent)
    peers.interested(peers.wires)
    peers.tick()
    assert.ok(looks < 200 * 2 * 12, `${looks}`)
  })
})
