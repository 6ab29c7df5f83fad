// Preloaded into an engine host (NODE_OPTIONS=--import): appends to the file TURN_WATCH a line for each turn of the event
// loop, its own processor time in ms, that took longer than TURN_WATCH_MS. Other programs of the machine do not count.

import { appendFileSync } from 'node:fs'

const file = process.env.TURN_WATCH
const longest = Number(process.env.TURN_WATCH_MS) * 1000

if (file !== undefined && process.send !== undefined) {
  let before = process.threadCpuUsage()
  const turn = () => {
    const { user, system } = process.threadCpuUsage(before)
    if (user + system > longest) appendFileSync(file, `${(user + system) / 1000}\n`)
    before = process.threadCpuUsage()
    setImmediate(turn).unref()
  }
  setImmediate(turn).unref()
}
