import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Heard,
  heardIn,
  ringSlots,
  slotBytes,
  slotOf,
  slotPosition,
} from '../../src/daemon/engine/heard-ring.ts'
import { TorrentBlame } from '../../src/daemon/engine/torrent-blame.ts'

const [one, other] = ['a'.repeat(40), 'b'.repeat(40)]
const at = 1_790_000_000_000
const work = (torrent: string): Heard => ({ address: '', torrent, at })
const words = (torrent: string): Heard => ({ address: '', torrent, exception: true, at })
const peer = (address: string, when = at): Heard => ({ address, at: when })

test('three crashes of work for one torrent stop it, whatever the host turned to after that', () => {
  const blame = new TorrentBlame()
  const crash = [words(one), work(other), work(one)]
  assert.deepEqual(
    [1, 2, 3].map((time) => blame.blame(crash, time)),
    [null, null, one],
  )
  assert.equal(blame.blame(crash, 4), null, 'after it was resumed it counts anew')
})

test('a crash without last words is laid to what the host turned to last', () => {
  const blame = new TorrentBlame()
  assert.deepEqual(
    [1, 2, 3].map((time) => blame.blame([work(one), work(other)], time)),
    [null, null, one],
  )
  for (let time = 0; time < 10; time++) assert.equal(blame.blame([peer('10.0.0.1'), work(other)], time), null)
  for (let time = 0; time < 10; time++) assert.equal(blame.blame([peer(''), work(other)], time), null)
  assert.equal(blame.blame([], 0), null)
})

test('a peer that was heard right before may be to blame just as well, one long before not', () => {
  const blame = new TorrentBlame()
  const together = [words(one), peer('10.0.0.1')]
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map((time) => blame.blame(together, time)),
    [null, null, null, null, null, one],
  )
  const before = [words(other), peer('10.0.0.1', at - 5000)]
  assert.deepEqual(
    [1, 2, 3].map((time) => blame.blame(before, time)),
    [null, null, other],
  )
})

test('crashes far apart do not add up', () => {
  const blame = new TorrentBlame()
  for (let time = 0; time < 10; time++) assert.equal(blame.blame([words(one)], time * 3_700_000), null)
})

test('the ring tells work for a torrent, and last words, from peers', () => {
  const ring = Buffer.alloc(ringSlots * slotBytes)
  const all: Heard[] = [peer('fe80::1'), work(one), words(other)]
  // far along, so that the numbers are long
  for (const [i, heard] of all.entries()) slotOf(10 ** 12 + i, heard).copy(ring, slotPosition(10 ** 12 + i))
  assert.deepEqual(heardIn(ring), all.toReversed())
})
