// 200 torrents that come, download, move, are checked and go, with scripts, listeners and peers around them:
// `npm run soak -- --minutes 20 [--torrents N] [--seed N]`. Memory and descriptors have to stay flat, calls quick.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { closeDaemon, openDaemon } from '../fuzz/daemon.ts'
import { Probe, quantile } from '../fuzz/probe.ts'
import { Random } from '../fuzz/random.ts'
import { installPackages } from '../helpers/debian.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { withoutNetwork } from '../helpers/without-network.ts'
import { comingAndGoing, listeners, scripts, strangers } from './company.ts'
import { type Ground, live } from './life.ts'
import { quarters, type Use, useOf } from './measure.ts'
import { Seeder } from './seeder.ts'
import { writeTorrents } from './torrents.ts'

/**
 * What is allowed. Memory may grow by so much from the second quarter to the last, MiB: V8 takes and gives back room in steps
 * of some 50, whatever lives in it. A run of a few minutes is all warm-up, and is not judged by memory.
 */
const limits = { slowCallMs: 50, growthMiB: 64, judgedFromMinutes: 10, files: 1000 }
const everyMs = 10_000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    torrents: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
})
const [minutes, count, seed] = [Number(values.minutes), Number(values.torrents), Number(values.seed)]
if (!(minutes > 0 && count >= 2 && Number.isInteger(seed))) {
  console.error('npm run soak -- [--minutes N] [--torrents N, 2 at least] [--seed N]')
  process.exit(2)
}
installPackages({ 'python3-libtorrent': '/usr/lib/python3/dist-packages/libtorrent' }, 'soak')
await withoutNetwork()

const daemon = await openDaemon({
  active_downloads: 40,
  active_seeds: 150,
  active_limit: 300,
  active_checking: 3,
  connection_speed: 200,
  connections_limit: 500,
})
const source = join(daemon.folder, 'source')
await mkdir(source)
const [stays, ...torrents] = await writeTorrents(source, count + 1)
const seeders = ['127.0.0.2', '127.0.0.3'].map((address) => new Seeder(source, address))
await Promise.all(seeders.map((seeder) => seeder.ready()))
const client = await daemon.client()
await client.call('torrents.add', { ti: stays!.ti, save_path: source })
const engine = async () => (await client.call('daemon.status', {})).sessions[0]!.engine
const host = (await waitUntil('the engine runs', async () => (await engine()).pid)) as number

const start = performance.now()
const end = start + minutes * 60_000
const ground: Ground = {
  client,
  folder: daemon.folder,
  random: new Random(seed),
  peers: seeders.map(({ address, port }) => ({ address, port })),
  alive: new Set(),
  counts: { cycles: 0, downloads: 0, moves: 0, checks: 0, bytes: 0 },
  faults: [],
  going: () => performance.now() < end,
}
const probe = new Probe(daemon.socket, stays!.infoHash, true)
const around = Promise.all([
  scripts(daemon, ground),
  listeners(daemon, ground),
  strangers(daemon, ground),
  comingAndGoing(seeders, ground),
])
const lives = Promise.all(torrents.map((torrent) => live(torrent, ground)))

console.log(`seed ${seed}, ${count} torrents, ${minutes} minutes`)
console.log('  s  daemon MiB  host MiB  files  host files  torrents  downloads  p99 ms')
const uses: Use[] = []
const measure = () => {
  const use = useOf((performance.now() - start) / 1000, daemon.pid, host)
  uses.push(use)
  return use
}
const show = (use: Use) => {
  const p99 = quantile([...probe.daemonMs, ...probe.hostMs], 0.99)
  const cells: [number, number, number][] = [
    [use.at, 3, 0],
    [use.daemonMiB, 12, 1],
    [use.hostMiB, 10, 1],
    [use.daemonFiles, 7, 0],
    [use.hostFiles, 12, 0],
    [ground.alive.size, 10, 0],
    [ground.counts.downloads, 11, 0],
    [p99, 8, 1],
  ]
  console.log(cells.map(([value, width, digits]) => value.toFixed(digits).padStart(width)).join(''))
}
while (ground.going()) {
  await sleep(Math.min(everyMs, Math.max(0, end - performance.now())))
  show(measure())
}
await lives
const [goodScripts, heard, came] = await around
await probe.end()
const last = measure()
const { pid, restarts } = await engine()

const memory = { daemon: quarters(uses, (use) => use.daemonMiB), host: quarters(uses, (use) => use.hostMiB) }
const growth = Object.values(memory).map(([, second, , last]) => last! - second!)
const inQuarters = (values: number[]) => values.map((value) => value.toFixed(0)).join(', ')
const calls = [...probe.daemonMs, ...probe.hostMs]
const p99 = { reads: quantile(calls, 0.99), changes: quantile(probe.changeMs, 0.99) }
const mostFiles = Math.max(...uses.map((use) => Math.max(use.daemonFiles, use.hostFiles)))
const { counts } = ground
console.log(
  [
    '',
    `${counts.cycles} whole lives, ${counts.downloads} downloads of ${(counts.bytes / 1e6).toFixed(0)} MB, ${counts.moves} moves, ${counts.checks} checks`,
    `${goodScripts} scripts, ${heard} events heard, ${came} peers came and went`,
    `resident memory in the four quarters, MiB: daemon ${inQuarters(memory.daemon)}; host ${inQuarters(memory.host)}`,
    `descriptors: at most ${mostFiles}; at the end ${last.daemonFiles} and ${last.hostFiles}`,
    `p99 of a call: ${p99.reads.toFixed(1)} ms over ${calls.length} reads, ${p99.changes.toFixed(1)} ms over ${probe.changeMs.length} changes`,
    `starts of the host: ${restarts + 1}; calls over 1 s: ${probe.longTurns}; faults: ${ground.faults.length}`,
    ...ground.faults.slice(0, 10),
  ].join('\n'),
)

const wrong = [
  ...(pid !== host || restarts > 0 ? ['the host was started again'] : []),
  ...(ground.faults.length > 0 ? ['torrents or scripts failed'] : []),
  ...(minutes >= limits.judgedFromMinutes && Math.max(...growth) > limits.growthMiB ? ['memory grows'] : []),
  ...(mostFiles > limits.files ? ['too many descriptors'] : []),
  ...(Math.max(p99.reads, p99.changes) > limits.slowCallMs ? ['calls are slow'] : []),
]
await client.close()
await Promise.all(seeders.map((seeder) => seeder.end()))
await closeDaemon(daemon)
console.log(wrong.length === 0 ? 'all is well' : `not well: ${wrong.join(', ')}`)
process.exit(wrong.length === 0 ? 0 : 1)
