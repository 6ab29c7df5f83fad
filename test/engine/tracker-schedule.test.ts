import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffSeconds, dueTrackers, nextLook } from '../../src/daemon/engine/host/trackers/schedule.ts'
import { orderTrackers } from '../../src/daemon/engine/tracker-order.ts'

const now = 1000
/** Tier, then letters: f failed and due, w failed and waits, u being asked, d done until 5000, g given up. */
function entry(text: string) {
  const [tier = '0', state = ''] = text.split('')
  const failed = 'fwg'.includes(state) && state !== ''
  return {
    text,
    tier: Number(tier),
    fails: failed ? 1 : 0,
    failLimit: state === 'g' ? 1 : 0,
    updating: state === 'u',
    nextAt: state === 'd' ? 5000 : state === 'w' ? 3000 : 0,
    minAt: 0,
  }
}

// name, everyTracker, everyTier, trackers, which are asked, when to look again
const cases = [
  ['the first of the first tier', false, false, '0 0 1', [0], 0],
  ['nobody while the first works', false, false, '0d 0 1', [], 5000],
  ['nobody while the first is asked', false, false, '0u 0 1', [], Infinity],
  ['the next of the tier after a failure', false, false, '0w 0 1', [1], 0],
  ['the next tier when a tier has none that works', false, false, '0w 0w 1', [2], 0],
  ['a failed one again beside the one that works', false, false, '0f 0d 1', [0], 0],
  ['the one that works is in the second tier', false, false, '0w 1d 2', [], 3000],
  ['all wait', false, false, '0w 1w', [], 3000],
  ['none that was given up', false, false, '0g 1g', [], Infinity],
  ['every tracker of the tier', true, false, '0 0 1', [0, 1], 0],
  ['every tracker, next tier after failures', true, false, '0w 0w 1 1', [2, 3], 0],
  ['one of every tier', false, true, '0 0 1 1 2', [0, 2, 4], 0],
  ['one of every tier, past failures', false, true, '0w 0 1w 1 2', [1, 3, 4], 0],
  ['all of them', true, true, '0 0 1 1', [0, 1, 2, 3], 0],
] as const

for (const [name, everyTracker, everyTier, text, due, next] of cases) {
  test(`asks ${name}: ${text}`, () => {
    const list = text.split(' ').map(entry)
    const asked = dueTrackers(list, { everyTracker, everyTier }, now)
    assert.deepEqual(
      asked.map((one) => list.indexOf(one)),
      due,
    )
    assert.equal(nextLook(list, { everyTracker, everyTier }), next)
  })
}

test('waits longer after each failure, up to an hour, or as long as the tracker asked for', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 100].map((fails) => backoffSeconds(fails, 250, 0)),
    [17, 55, 117, 205, 3600],
  )
  assert.equal(backoffSeconds(3, 0, 0), 5)
  assert.equal(backoffSeconds(1, 250, 7200), 7200)
})

test('sorts by tier, and puts UDP in front of the same host', () => {
  const list = () =>
    ['http://a/1', 'http://b/1', 'udp://a:1', 'udp://c:1'].map((url, tier) => ({ url, tier }))
  const show = (trackers: { url: string; tier: number }[]) =>
    trackers.map(({ url, tier }) => `${tier} ${url}`)
  const plain = orderTrackers(list().toReversed(), { preferUdp: false })
  assert.deepEqual(show(plain), ['0 http://a/1', '1 http://b/1', '2 udp://a:1', '3 udp://c:1'])
  const udp = orderTrackers(list(), { preferUdp: true })
  assert.deepEqual(show(udp), ['0 udp://a:1', '1 http://b/1', '2 http://a/1', '3 udp://c:1'])
  const many = Array.from({ length: 20 }, (_, i) => ({ url: `http://t${i}`, tier: i < 10 ? 1 : 0 }))
  const mixed = orderTrackers(many, { preferUdp: true, shuffle: true })
  assert.deepEqual(
    mixed.map(({ tier }) => tier),
    [...Array(10).fill(0), ...Array(10).fill(1)],
  )
  assert.notDeepEqual(mixed, orderTrackers(many, { preferUdp: true }))
})
