// A client of its own in a thread of its own, see other-client.ts.
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { starvedMs } from '../../../src/daemon/engine/starved.ts'
import { RpcClient } from '../../../src/rpc/client.ts'

const { socket, pid } = workerData as { socket: string; pid: number }

/** How long the daemon's main thread has been on a core, ms. */
function workMs(): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}

/** How long this thread has waited for a core, ms. */
function ownStarvedMs(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6
}

const client = await RpcClient.connect(socket)
let calls = 0
let longest = 0
let longestWork = 0
let enough = false

async function call(): Promise<void> {
  const starved = starvedMs(pid) + ownStarvedMs()
  const worked = workMs()
  const start = performance.now()
  await client.call('torrents.list', { limit: 1, fields: ['state'] })
  const passed = performance.now() - start
  longest = Math.max(longest, passed - (starvedMs(pid) + ownStarvedMs() - starved))
  longestWork = Math.max(longestWork, Math.min(passed, workMs() - worked))
  calls++
}

await call()
longest = longestWork = 0
parentPort!.once('message', () => {
  enough = true
})
parentPort!.postMessage('begins')
while (!enough) {
  await call()
  await delay(1)
}
parentPort!.postMessage({ calls, longest, longestWork })
await client.close()
