import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Wire } from 'webtorrent'
import { Bans } from '../../src/daemon/engine/host/peers/bans.ts'

/** All that bans look at. */
const wire = (n: number) => ({ peerId: n.toString(16).padStart(40, '0') }) as Wire

test('however many ids a liar takes on, the newest are banned and the oldest forgotten', () => {
  const bans = new Bans()
  const count = 20_000
  for (let n = 0; n < count; n++) {
    const liar = wire(n)
    bans.meet(liar, `10.0.${n >> 8}.${n & 255}:6881`)
    assert.deepEqual(bans.judge([liar]), [liar])
  }
  const banned = (n: number) => bans.has(wire(n).peerId ?? '')
  assert.deepEqual([banned(count - 1), banned(count - 1500)], [true, true])
  assert.ok(!Array.from({ length: count - 4000 }, (_, n) => n).some(banned))
  assert.ok(!bans.suspects(wire(0)) && bans.suspects(wire(count - 1)))
})

test('who is suspected again is remembered from then on', () => {
  const bans = new Bans()
  const [often, other] = [wire(1), wire(2)]
  bans.judge([often, other])
  for (let n = 10; n < 4000; n += 2) bans.judge([wire(n), wire(n + 1)])
  bans.judge([often, other])
  for (let n = 10_000; n < 12_000; n += 2) bans.judge([wire(n), wire(n + 1)])
  assert.deepEqual(bans.judge([often, other]), [often, other], 'the third time they are banned')
})
