// A client that behaves: asks every 100 ms what only the host can answer, and what the daemon answers alone. In a thread
// of its own, so that the fuzzer's work does not count as theirs.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { RpcClient } from '../../src/rpc/client.ts'

interface Work {
  socket: string
  infoHash: string
  /** Also asks for a change, which has to be on the disk before it is answered. */
  changes: boolean
}

const { socket, infoHash, changes } = workerData as Work
const everyMs = 100
let on = true
parentPort!.on('message', () => {
  on = false
})

/** Milliseconds that a process's main thread, or this thread, wanted to run while the machine ran others. */
function waitedMs(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

const schedule = (pid: number) => `/proc/${pid}/task/${pid}/schedstat`

async function ask(pids: number[], call: () => Promise<unknown>): Promise<number> {
  const paths = [...pids.map(schedule), '/proc/thread-self/schedstat']
  const before = paths.map(waitedMs)
  const start = performance.now()
  await call()
  const tookMs = performance.now() - start
  const others = paths.map((path, index) => waitedMs(path) - before[index]!).reduce((sum, ms) => sum + ms, 0)
  return Math.max(0, tookMs - Math.max(0, others))
}

let round = 0

async function session(): Promise<void> {
  const client = await RpcClient.connect(socket, { timeoutMs: 2000 })
  try {
    while (on) {
      const { pid, sessions } = await client.call('daemon.status', {})
      const host = sessions[0]?.engine.pid
      const daemonMs = await ask([pid], () => client.call('sessions.list', {}))
      parentPort!.postMessage({ daemonMs })
      if (changes) {
        const params = { session: 'default', info_hash: infoHash, category: `round ${round++}` }
        const changeMs = await ask([pid], () => client.call('torrents.userdata.update', params))
        parentPort!.postMessage({ changeMs })
      }
      if (typeof host === 'number') {
        const hostMs = await ask([pid, host], () =>
          client.call('torrents.peers.list', { session: 'default', info_hash: infoHash }),
        ).catch((error: Error) => {
          // a host that just died, a torrent that is loaded anew: no turn of a loop
          if (/not available|not loaded|restarted/.test(error.message)) return null
          throw error
        })
        if (hostMs !== null) parentPort!.postMessage({ hostMs })
      }
      await sleep(everyMs)
    }
  } finally {
    client.close()
  }
}

while (on) {
  await session().catch(async () => {
    // the daemon is gone or is being started again: whoever counts deaths sees that
    await sleep(everyMs)
  })
}
process.exit(0)
