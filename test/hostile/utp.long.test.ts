// What strangers send who call over uTP (BEP 29): the same as over TCP, and it costs the same.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutNetwork } from '../helpers/without-network.ts'
import { badMessages } from './bad-messages.ts'
import { greetingAttempts, messageAttempts, runAll } from './rounds.ts'
import { isTurnedAway, send } from './stranger.ts'
import { startWorld, watchOver } from './world.ts'

await withoutNetwork()

test('what peers send over uTP', { timeout: 110_000 }, async (t) => {
  const world = await startWorld(t)
  const isUnharmed = await watchOver(world)
  const { freshAddress } = world

  await t.test('each bad message closes its connection, and what is only odd does not', async () => {
    // each message to each torrent: plain for one, encrypted for the next
    const attempts = messageAttempts(world, 'utp').filter((_, at) => at % 2 === (at >> 1) % 2)
    assert.deepEqual(await runAll(attempts, freshAddress), [])
  })

  await t.test('so does each bad handshake', async () => {
    assert.deepEqual(await runAll(greetingAttempts(world, 'utp'), freshAddress), [])
  })

  await t.test('an address is banned after three of them, over TCP as well', async () => {
    const { address, targets } = world
    const from = freshAddress()
    const bad = badMessages.find(({ name }) => name === 'request: no bytes')!
    const call = { address, from, withinMs: 5000 }
    for (const side of ['seed', 'download', 'magnet'] as const)
      assert.equal(await send(bad, targets[side], { ...call, over: 'utp' }), 'closed')
    assert.equal(await isTurnedAway(call, targets.seed.infoHash), true)
    assert.equal(await isTurnedAway({ ...call, from: freshAddress() }, targets.seed.infoHash), false)
  })

  await isUnharmed()
})
