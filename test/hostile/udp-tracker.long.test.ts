import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTrackers } from '../engine/support/trackers.ts'
import { oddUdpTracker } from '../helpers/odd-tracker.ts'
import { withoutNetwork } from '../helpers/without-network.ts'
import { hostileUdpAnswers } from './udp-answers.ts'

await withoutNetwork()

const soon = (seconds: number | null) => (seconds ?? 0) - Date.now() / 1000
const action = { connect: 0, announce: 1 }

function answer(request: Buffer, interval: number, peers = Buffer.alloc(0)): Buffer {
  const head = Buffer.from([0, 0, 0, request[11]!, ...request.subarray(12, 16)])
  if (request.readUInt32BE(8) === action.connect) return Buffer.concat([head, Buffer.from('abcdefgh')])
  const numbers = Buffer.alloc(12)
  numbers.writeInt32BE(interval, 0)
  numbers.writeInt32BE(3, 8)
  return Buffer.concat([head, numbers, peers])
}

test('datagrams that are no answer of this tracker to this request are ignored', async (t) => {
  const url = await oddUdpTracker(t, (request, send) => {
    for (const reply of hostileUdpAnswers(request)) send(reply)
    send(answer(request, 900))
  })
  const run = startTrackers(t, [[url]])
  const { verified, fails, complete } = await run.asked(url)
  assert.deepEqual({ verified, fails, complete }, { verified: true, fails: 0, complete: 3 })
})

test('the interval of a UDP tracker is a signed number: none is 136 years', async (t) => {
  // libtorrent asks again after min_announce_interval, 300 s
  const cases = [
    [-1, 300],
    [-(2 ** 31), 300],
    [0, 300],
    [900, 900],
    [2 ** 31 - 1, 7 * 86_400],
  ] as const
  const ask = async ([interval, wait]: (typeof cases)[number]) => {
    const url = await oddUdpTracker(t, (request, send) => send(answer(request, interval)))
    const one = await startTrackers(t, [[url]]).asked(url)
    assert.equal(one.verified, true)
    assert.ok(Math.abs(soon(one.nextAnnounce) - wait) < 30, `${interval}: ${soon(one.nextAnnounce)}`)
  }
  await Promise.all(cases.map(ask))
})

test('an answer whose peers are no whole number of them is a failure, as in libtorrent', async (t) => {
  const url = await oddUdpTracker(t, (request, send) => send(answer(request, 900, Buffer.alloc(7, 1))))
  const { fails, lastError } = await startTrackers(t, [[url]]).asked(url)
  assert.deepEqual({ fails, lastError }, { fails: 1, lastError: 'libtorrent:177' })
})
