// What strangers send over peer connections costs them the connection, and nobody else anything.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutNetwork } from '../helpers/without-network.ts'
import { badMessages } from './bad-messages.ts'
import { answerAttempts, greetingAttempts, messageAttempts, runAll } from './rounds.ts'
import { isTurnedAway, send } from './stranger.ts'
import { startWorld, watchOver } from './world.ts'

await withoutNetwork()

test('what peers send', { timeout: 110_000 }, async (t) => {
  const world = await startWorld(t)
  const isUnharmed = await watchOver(world)
  const { freshAddress } = world

  await t.test('each bad message closes its connection, and what is only odd does not', async () => {
    const attempts = messageAttempts(world)
    assert.ok(
      new Set(attempts.map(({ name }) => name)).size === attempts.length,
      'each has a name of its own',
    )
    // each message to each torrent: plain for one, encrypted for the next
    assert.deepEqual(
      await runAll(
        attempts.filter((_, at) => at % 2 === (at >> 1) % 2),
        freshAddress,
      ),
      [],
    )
  })

  await t.test('so does each bad handshake, from peers that call', async () => {
    assert.deepEqual(await runAll(greetingAttempts(world), freshAddress), [])
  })

  await t.test('and from peers that are called', async () => {
    assert.deepEqual(await runAll(answerAttempts(world), freshAddress), [])
  })

  await t.test('an address is banned after three of them, for all torrents, and no other one', async () => {
    const { address, targets } = world
    const from = freshAddress()
    const bad = badMessages.find(({ name }) => name === 'request: no bytes')!
    const call = { address, from, withinMs: 5000 }
    for (const side of ['seed', 'download', 'magnet'] as const) {
      assert.equal(await isTurnedAway(call, targets.seed.infoHash), false)
      assert.equal(await send(bad, targets[side], call), 'closed')
    }
    assert.equal(await isTurnedAway(call, targets.seed.infoHash), true)
    assert.equal(await isTurnedAway(call, targets.magnet.infoHash), true)
    assert.equal(await isTurnedAway({ ...call, from: freshAddress() }, targets.seed.infoHash), false)
  })

  await isUnharmed()
})
