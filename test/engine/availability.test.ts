import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Availability } from '../../src/daemon/engine/host/pieces/availability.ts'

test('distributed copies, as in libtorrent', () => {
  const copies = new Availability(4)
  const pieces = (...set: number[]) => ({ get: (index: number) => set.includes(index) })
  const own = (piece: number) => piece === 0
  assert.equal(copies.copies(own), 0.25)
  const [one, two, seed] = [{}, {}, {}]
  copies.set(one, pieces(0, 1))
  assert.equal(copies.copies(own), 0.5)
  copies.change(one, 2, true, pieces(0, 1, 2))
  copies.change(one, 2, true, pieces(0, 1, 2))
  assert.equal(copies.copies(own), 0.75)
  copies.set(seed, pieces(0, 1, 2, 3))
  assert.equal(copies.copies(own), 1.75)
  copies.set(two, pieces(3))
  assert.equal(copies.copies(own), 2.25)
  copies.change(seed, 3, false, pieces(0, 1, 2))
  assert.equal(copies.seeds, 0)
  assert.equal(copies.copies(own), 1.75)
  copies.change(one, 99, true, pieces())
  for (const peer of [one, two, seed, seed]) copies.remove(peer)
  assert.deepEqual([...copies.counts], [0, 0, 0, 0])
  assert.equal(copies.copies(own), 0.25)
  assert.equal(new Availability(0).copies(own), 0)
})

test('a peer is a seed once it has said that it has everything, at once or piece by piece', () => {
  const seen = new Availability(3)
  const pieces = new Set([0])
  const peer = { get: (piece: number) => pieces.has(piece) }
  const now = () => ({ isSeed: seen.isSeed(peer), seeds: seen.seeds, counts: [...seen.counts] })
  const say = (piece: number, has: boolean) => {
    if (has) pieces.add(piece)
    else pieces.delete(piece)
    seen.change(peer, piece, has, peer)
  }
  assert.equal(seen.isSeed(peer), false)
  seen.set(peer, peer)
  say(1, true)
  assert.deepEqual(now(), { isSeed: false, seeds: 0, counts: [1, 1, 0] })
  say(2, true)
  // it stays among those that are counted piece by piece
  assert.equal(seen.isSeed(peer), true)
  assert.deepEqual(seen.all(), [1, 1, 1])
  say(1, false)
  assert.deepEqual(now(), { isSeed: false, seeds: 0, counts: [1, 0, 1] })
  seen.remove(peer)
  assert.deepEqual(now(), { isSeed: false, seeds: 0, counts: [0, 0, 0] })
})
