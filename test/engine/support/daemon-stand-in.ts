// Stands in for a daemon that gets killed: starts an engine, has it check a large file, and says the host's pid.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createEngine } from '../../../src/daemon/engine/supervisor.ts'
import { quiet, task } from './engine.ts'

const [id, folder, mode] = process.argv.slice(2) as [string, string, string]
const engine = createEngine({
  session: 'stand-in',
  settings: quiet,
  ...(mode === 'watch' && { silenceMs: 1500 }),
  log: () => {},
  listener: {
    report(report) {
      if (report.phase === 'checking') process.stdout.write(`${engine.state.pid}\n`)
    },
    metadata() {},
    incoming() {},
    lost() {},
    culprit() {},
    ready() {},
  },
})
await engine.load(task(id, folder, { torrentFile: await readFile(join(folder, 'torrent')) }))
if (mode === 'end') {
  // nothing holds this process from here on: it must end on its own, and take the host with it
  process.stdout.write(`${engine.state.pid}\n`)
} else setInterval(() => {}, 1000)
