import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BlockRequest } from '../../src/daemon/engine/host/pieces/begun-piece.ts'
import {
  mostAsked,
  Picker,
  type PickerPeer,
  type PickerRules,
} from '../../src/daemon/engine/host/pieces/picker.ts'
import { PieceOrder } from '../../src/daemon/engine/host/pieces/piece-order.ts'
import {
  addPiece,
  commonCount,
  firstCommon,
  newPieceSet,
  pieceCount,
} from '../../src/daemon/engine/host/pieces/piece-set.ts'
import { random } from '../session/random.ts'

const block = 16384
const rules: PickerRules = {
  sequential: false,
  prioritizePartial: false,
  extentAffinity: false,
  strictEndGame: true,
  initialThreshold: 0,
  numHave: 10,
  peers: 10,
}

function peer(changes: Partial<PickerPeer> = {}): PickerPeer {
  return { pieces: null, fast: false, current: null, ...changes }
}

function setOf(numPieces: number, pieces: number[]): Uint8Array {
  const set = newPieceSet(numPieces)
  for (const piece of pieces) addPiece(set, piece)
  return set
}

interface World {
  picker: Picker
  counts: Uint16Array
  /** Asks for up to `most` blocks of one piece; answers with the piece, -1 for none. */
  ask: (who: PickerPeer, most: number) => number
  requests: BlockRequest[]
}

/** A torrent of so many pieces of four blocks. `counts`: copies at peers that are no seeds. */
function world(
  counts: number[],
  wanted: number[] = counts.map(() => 4),
  changes: Partial<PickerRules> = {},
): World {
  const copies = Uint16Array.from(counts)
  const layout = { pieceLength: 4 * block, numPieces: counts.length, totalSize: counts.length * 4 * block }
  const picker = new Picker(layout, copies, () => ({ ...rules, ...changes }))
  picker.select(Uint8Array.from(wanted), () => false)
  const requests: BlockRequest[] = []
  const ask = (who: PickerPeer, most: number) => {
    const run = picker.next(who, most)
    if (run === null) return -1
    const request = { owner: who, ...run }
    requests.push(request)
    picker.asked(request)
    return run.begun.index
  }
  return { picker, counts: copies, ask, requests }
}

test('the rarest piece that a peer has comes first', () => {
  const { ask } = world([3, 1, 2, 0])
  assert.equal(ask(peer({ pieces: setOf(4, [0, 1, 2]) }), 4), 1)
  assert.equal(ask(peer({ pieces: setOf(4, [0, 2]) }), 4), 2)
  assert.equal(ask(peer(), 4), 3)
  assert.equal(ask(peer({ pieces: setOf(4, [1, 2, 3]) }), 4), -1, 'all that it has is asked for')
})

test('priorities weigh against rarity as in libtorrent: copies, plus one, times 8 minus the priority', () => {
  // 2 * (8 - 7) = 2 before 1 * (8 - 4) = 4 before 1 * (8 - 1) = 7 before 3 * (8 - 4) = 12
  const { ask } = world([1, 0, 0, 2], [7, 4, 1, 4])
  assert.deepEqual(
    [1, 2, 3, 4].map(() => ask(peer(), 4)),
    [0, 1, 2, 3],
  )
})

test('what is not wanted is never asked for', () => {
  const { ask } = world([0, 0], [0, 4])
  assert.deepEqual([ask(peer(), 4), ask(peer(), 4)], [1, -1])
})

test('a begun piece comes before one that is as good, not before a better one', () => {
  const { ask, counts, picker } = world([0, 0, 0])
  const first = ask(peer(), 1)
  assert.equal(ask(peer(), 1), first, 'another peer goes on with it')
  const better = [0, 1, 2].find((piece) => piece !== first)!
  for (const piece of [0, 1, 2]) if (piece !== better) counts[piece]! += 1
  picker.order.allMoved()
  assert.equal(ask(peer(), 1), better)
})

test('prioritize_partial_pieces, and too many begun ones: begun pieces come first', () => {
  for (const changes of [{ prioritizePartial: true }, { peers: 0 }]) {
    const { ask, counts, picker } = world([0, 0, 0], [4, 4, 4], changes)
    const first = ask(peer(), 1)
    for (const piece of [0, 1, 2]) if (piece === first) counts[piece]! += 5
    picker.order.allMoved()
    assert.equal(ask(peer(), 1), first)
  }
})

test('in order, with the highest priority before all', () => {
  const { ask } = world([0, 5, 0, 9, 0], [4, 4, 4, 7, 1], { sequential: true })
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => ask(peer(), 4)),
    [3, 0, 1, 2, 4],
  )
})

test('whole_pieces_threshold: a fast peer has its pieces for itself, until there is nothing else', () => {
  const { ask } = world([0, 0, 0])
  const [fast, faster, slow] = [peer({ fast: true }), peer({ fast: true }), peer()]
  const own = ask(fast, 1)
  assert.notEqual(ask(faster, 1), own)
  const third = ask(slow, 1)
  assert.ok(third !== own && third !== faster.current?.index)
  assert.equal(ask(fast, 3), own, 'each goes on with its own')
  assert.equal(ask(faster, 3), faster.current?.index)
  assert.equal(ask(fast, 1), third, 'nothing else is left')
})

test('piece_extent_affinity: pieces beside those that began lately come first', () => {
  // 4 MiB are 64 pieces of 64 KiB
  const { ask } = world(new Array<number>(256).fill(0), new Array<number>(256).fill(4), {
    extentAffinity: true,
  })
  const first = ask(peer(), 4)
  const extent = Math.floor(first / 64)
  for (let i = 0; i < 63; i++) assert.equal(Math.floor(ask(peer(), 4) / 64), extent)
  assert.notEqual(Math.floor(ask(peer(), 4) / 64), extent)
})

test('initial_picker_threshold: the first pieces are any, later ones the rarest', () => {
  const counts = Array.from({ length: 64 }, (_, piece) => (piece === 40 ? 0 : 5))
  const rare = world(counts)
  assert.equal(rare.ask(peer(), 4), 40)
  const wanted = counts.map(() => 4)
  const firsts = new Set(
    Array.from({ length: 20 }, () =>
      world(counts, wanted, { initialThreshold: 4, numHave: 0 }).ask(peer(), 4),
    ),
  )
  assert.ok(firsts.size > 3, 'by chance')
})

test('near the end each block is asked of a few peers, the same peer never twice', () => {
  const { ask, picker } = world([0])
  const slow = peer()
  ask(slow, 4)
  const asked: BlockRequest[] = []
  const again = (who: PickerPeer, most: number) =>
    picker.pickAgain(who, most, (begun, one) => {
      const request = { owner: who, begun, block: one, count: 1 }
      asked.push(request)
      picker.asked(request)
    })
  again(slow, 4)
  assert.deepEqual(asked, [], 'it has them already')
  for (let i = 0; i < 10; i++) again(peer(), 4)
  const begun = picker.begun.get(0)!
  for (let one = 0; one < 4; one++) assert.equal(begun.requests(one).length, mostAsked)
  const waiting = picker.received(begun, 0, slow)
  assert.equal(waiting.length, mostAsked, 'those that are to be cancelled')
})

test('strict_end_game_mode: while a block is free nothing is asked for twice', () => {
  for (const strictEndGame of [true, false]) {
    const { ask, picker } = world([0, 0], [4, 4], { strictEndGame })
    const one = ask(peer(), 4)
    let again = 0
    picker.pickAgain(peer({ pieces: setOf(2, [one]) }), 1, () => again++)
    assert.equal(again, strictEndGame ? 0 : 1)
  }
})

test('a begun piece that is given up is as if it had never begun', () => {
  const { ask, picker, requests } = world([0])
  ask(peer(), 4)
  assert.equal(picker.begun.size, 1)
  assert.ok(picker.dropped(requests[0]!))
  assert.equal(picker.begun.size, 0)
  assert.equal(ask(peer(), 4), 0)
})

test('the order of pieces is right after any change of copies', () => {
  const below = random(5)
  const counts = new Uint16Array(500)
  const order = new PieceOrder(counts, () => below(1e9) / 1e9)
  const wanted = Uint8Array.from(counts, () => below(8))
  order.reset(wanted, () => true)
  const open = new Set([...wanted.keys()].filter((piece) => wanted[piece] !== 0))
  for (let step = 0; step < 5000; step++) {
    const piece = below(500)
    const kind = below(10)
    if (kind < 5) {
      counts[piece] = below(6)
      order.moved(piece)
    } else if (kind < 7) {
      order.remove(piece)
      open.delete(piece)
    } else if (kind < 9) {
      order.add(piece)
      if (wanted[piece] !== 0) open.add(piece)
    } else if (below(20) === 0) {
      for (let at = 0; at < 500; at++) counts[at] = below(6)
      order.allMoved()
    }
    assert.equal(order.size, open.size)
    const best = order.best(null)
    const least = Math.min(...[...open].map((one) => order.key(one)))
    if (open.size > 0) assert.equal(order.key(best), least)
    else assert.equal(best, -1)
    const some = setOf(500, [below(500), below(500), below(500)])
    const found = order.best(some)
    assert.ok(found === -1 ? commonCount(some, setOf(500, [...open])) === 0 : open.has(found))
  }
})

test('sets of pieces tell what they have in common', () => {
  const below = random(9)
  for (let size = 1; size < 200; size += 1 + below(9)) {
    const pick = () => Array.from({ length: below(size) }, () => below(size))
    const [a, b] = [new Set(pick()), new Set(pick())]
    const [one, other] = [setOf(size, [...a]), setOf(size, [...b])]
    const both = [...a].filter((piece) => b.has(piece)).sort((x, y) => x - y)
    assert.equal(pieceCount(one), a.size)
    assert.equal(commonCount(one, other), both.length)
    assert.equal(commonCount(one, null), a.size)
    const from = below(size)
    assert.equal(firstCommon(one, other, from), both.find((piece) => piece >= from) ?? -1)
    const next = [...a].sort((x, y) => x - y).find((piece) => piece >= from) ?? -1
    assert.equal(firstCommon(one, null, from), next)
  }
})
