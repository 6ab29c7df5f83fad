/**
 * Makes blocking calls in a process of its own: `caller.ts SOCKET STEPS [MARKER]`. Steps are JSON: `["method", {...}]`
 * calls and prints the outcome as a line of JSON; a number waits so many milliseconds with the event loop turning, a
 * negative one without.
 * With MARKER, starting a daemon means creating that file.
 */
import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { sleep } from '../../../../src/cli/daemon/blocking-socket.ts'
import { Channel } from '../../../../src/cli/daemon/channel.ts'
import type { Method } from '../../../../src/rpc/contract/index.ts'
import { RpcError } from '../../../../src/rpc/errors.ts'

type Step = number | [method: Method, params: object]

const [socketPath, steps, marker] = process.argv.slice(2) as [string, string, string | undefined]
const channel = new Channel({
  socketPath,
  start: marker === undefined ? undefined : () => appendFileSync(marker, 'started\n'),
})
for (const step of JSON.parse(steps) as Step[]) {
  if (typeof step === 'number') {
    if (step < 0) sleep(-step)
    else await delay(step)
    continue
  }
  let outcome: object
  try {
    const result = channel.call(step[0], step[1] as never) as unknown
    const text = JSON.stringify(result)
    outcome = text.length > 1000 ? { length: text.length, end: text.slice(-20) } : { result }
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    outcome = { error: error.toJSON() }
  }
  process.stdout.write(`${JSON.stringify({ ...outcome, connections: channel.connections })}\n`)
}
// The channel stays open: the process has to end all the same.
