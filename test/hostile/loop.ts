// Sends every bad message, plain and encrypted, before and after the handshake, to a seed, a download and a waiting magnet
// link, again and again: `npm run test:hostile [-- SECONDS]` (default 60). Strangers keep their address until it is
// banned. Prints what was tried; ends with 1 when the session was down, the other transfer stood still, or something was
// not answered as it has to be.

import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { withoutNetwork } from '../helpers/without-network.ts'
import { answerAttempts, greetingAttempts, messageAttempts, runAll } from './rounds.ts'
import { isTurnedAway } from './stranger.ts'
import { startWorld } from './world.ts'

await withoutNetwork()

const seconds = Number(process.argv[2] ?? 60)
const cleanups: (() => unknown)[] = []
const t = { after: (cleanup: () => unknown) => cleanups.push(cleanup), diagnostic: () => {} }

/** Resident memory of a process, MiB. */
const memory = (pid: number) =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024)

let failed = false
try {
  const world = await startWorld(t as unknown as TestContext)
  const before = await world.engine()
  const pid = before.pid!
  const [start, startMemory] = [await world.received(), memory(pid)]
  const end = performance.now() + seconds * 1000
  let tried = 0
  let banned = 0
  let wrong: string[] = []
  let slowest = 0
  const probe = setInterval(async () => {
    const asked = performance.now()
    await world.client.call('torrents.list', { session: 'default' })
    slowest = Math.max(slowest, performance.now() - asked)
  }, 200)
  while (performance.now() < end && wrong.length === 0) {
    const attempts = [...messageAttempts(world), ...greetingAttempts(world), ...answerAttempts(world)]
    wrong = await runAll(attempts, world.freshAddress)
    tried += attempts.length
    // one and the same stranger, until nobody listens to it any more
    const from = world.freshAddress()
    const call = { address: world.address, from, withinMs: 5000 }
    for (const { run } of messageAttempts(world).filter(({ wanted }) => wanted === 'closed')) {
      if (await isTurnedAway(call, world.targets.seed.infoHash)) {
        banned++
        break
      }
      await run(from)
      tried++
    }
  }
  clearInterval(probe)
  const after = await world.engine()
  const received = (await world.received()) - start
  const { torrents } = await world.client.call('torrents.list', { session: 'default' })
  const errors = torrents.filter(({ error }) => error !== null).length
  console.log(`tries                  ${tried}`)
  console.log(`answered otherwise     ${wrong.length}`)
  console.log(`strangers banned       ${banned}`)
  console.log(`restarts of the host   ${after.restarts}`)
  console.log(`torrents with an error ${errors}`)
  console.log(`the other transfer     ${(received / 2 ** 20).toFixed(1)} MiB`)
  console.log(`slowest call           ${slowest.toFixed(0)} ms`)
  console.log(`memory of the host     ${startMemory} -> ${memory(after.pid!)} MiB`)
  for (const line of wrong) console.log(line)
  const caught = world.daemon.log.split('\n').filter((line) => /is disconnected: \w*Error/.test(line))
  for (const line of caught) console.log(line)
  failed =
    wrong.length + caught.length + errors + after.restarts > 0 ||
    after.pid !== pid ||
    received === 0 ||
    banned === 0
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup()
}
process.exit(failed ? 1 : 0)
