// 200 torrents that come, download, move, are checked and go, with scripts, listeners and peers around them:
// `npm run soak -- --minutes 20 [--torrents N] [--seed N]`. Memory and descriptors have to stay flat, calls quick.
//
// Flat is what is left after a collection of all garbage: the daemon's and the host's heaps and what their objects hold
// outside of them, from the second quarter of the run to the last. Resident memory, which is also room that is kept for
// later, may grow by more.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { closeDaemon, openDaemon } from '../fuzz/daemon.ts'
import { Probe, quantile } from '../fuzz/probe.ts'
import { Random } from '../fuzz/random.ts'
import { installPackages } from '../helpers/debian.ts'
import { fillEvents } from '../helpers/events.ts'
import { HeapProbe } from '../helpers/heap.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { withoutNetwork } from '../helpers/without-network.ts'
import { comingAndGoing, listeners, scripts, strangers } from './company.ts'
import { type Ground, live } from './life.ts'
import {
  growth,
  type Held,
  type Judged,
  least,
  middle,
  quarters,
  sentence,
  type Use,
  useOf,
} from './measure.ts'
import { Seeder } from './seeder.ts'
import { writeTorrents } from './torrents.ts'

/**
 * What is allowed. Memory may grow by so much from the second quarter to the last, MiB. What objects hold outside of the heap
 * are mostly caches, filled more or less at each look; resident memory grows in steps of some 50 when V8 widens the room for new
 * objects. A run of less than four minutes is all warm-up, and is not judged by
 * memory.
 */
const limits = {
  slowCallMs: 50,
  heapMiB: 2,
  externalMiB: 10,
  residentMiB: 64,
  judgedFromMinutes: 4,
  files: 1000,
}
/** How often garbage is collected to see what is left. */
const looks = 16
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

const heaps = await HeapProbe.open()
process.env.DAEMON_NODE_OPTIONS = [process.env.DAEMON_NODE_OPTIONS, heaps.nodeOptions].join(' ')
const daemon = await openDaemon({
  active_downloads: 40,
  active_seeds: 150,
  active_limit: 300,
  active_checking: 3,
  connection_speed: 200,
  connections_limit: 500,
})
// scripts run without
delete daemon.env.NODE_OPTIONS
const source = join(daemon.folder, 'source')
await mkdir(source)
const [stays, ...torrents] = await writeTorrents(source, count + 1)
const seeders = ['127.0.0.2', '127.0.0.3'].map((address) => new Seeder(source, address))
await Promise.all(seeders.map((seeder) => seeder.ready()))
const client = await daemon.client()
await client.call('torrents.add', { ti: stays!.ti, save_path: source })
// or they would look like a leak for a while
await fillEvents(client, daemon.folder)
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
const held: Held[] = []
const lookInto = async () => {
  const at = (performance.now() - start) / 1000
  held.push({ at, daemon: await heaps.memory(daemon.pid), host: await heaps.memory(host) })
}
while (ground.going()) {
  await sleep(Math.min(everyMs, Math.max(0, end - performance.now())))
  show(measure())
  // not at the very end, when torrents no longer come
  const due = performance.now() - start >= (held.length + 0.5) * ((minutes * 60_000) / looks)
  if (due && ground.going()) await lookInto()
}
await lives
const [goodScripts, heard, came] = await around
await probe.end()
const last = measure()
const { pid, restarts } = await engine()

const seconds = minutes * 60
const judged = (['daemon', 'host'] as const).flatMap((name): Judged[] => [
  {
    what: `${name}, heap`,
    quarters: quarters(held, seconds, (sample) => sample[name].heap, least),
    allowed: limits.heapMiB,
  },
  {
    what: `${name}, outside of it`,
    quarters: quarters(held, seconds, (sample) => sample[name].external, least),
    allowed: limits.externalMiB,
  },
  {
    what: `${name}, resident`,
    quarters: quarters(uses, seconds, (use) => use[`${name}MiB`], middle),
    allowed: limits.residentMiB,
  },
])
const grows = minutes >= limits.judgedFromMinutes ? judged.filter((one) => !(growth(one) <= one.allowed)) : []
const calls = [...probe.daemonMs, ...probe.hostMs]
const p99 = { reads: quantile(calls, 0.99), changes: quantile(probe.changeMs, 0.99) }
const mostFiles = Math.max(...uses.map((use) => Math.max(use.daemonFiles, use.hostFiles)))
const { counts } = ground
console.log(
  [
    '',
    `${counts.cycles} whole lives, ${counts.downloads} downloads of ${(counts.bytes / 1e6).toFixed(0)} MB, ${counts.moves} moves, ${counts.checks} checks`,
    `${goodScripts} scripts, ${heard} events heard, ${came} peers came and went`,
    `in the four quarters, MiB (${held.length} collections of all garbage):`,
    ...judged.map(sentence),
    `descriptors: at most ${mostFiles}; at the end ${last.daemonFiles} and ${last.hostFiles}`,
    `p99 of a call: ${p99.reads.toFixed(1)} ms over ${calls.length} reads, ${p99.changes.toFixed(1)} ms over ${probe.changeMs.length} changes`,
    `starts of the host: ${restarts + 1}; calls over 1 s: ${probe.longTurns}; faults: ${ground.faults.length}`,
    ...ground.faults.slice(0, 10),
  ].join('\n'),
)

const wrong = [
  ...(pid !== host || restarts > 0 ? ['the host was started again'] : []),
  ...(ground.faults.length > 0 ? ['torrents or scripts failed'] : []),
  ...grows.map(({ what }) => `memory grows (${what})`),
  ...(mostFiles > limits.files ? ['too many descriptors'] : []),
  ...(Math.max(p99.reads, p99.changes) > limits.slowCallMs ? ['calls are slow'] : []),
]
await client.close()
await Promise.all(seeders.map((seeder) => seeder.end()))
await closeDaemon(daemon)
await heaps.close()
console.log(wrong.length === 0 ? 'all is well' : `not well: ${wrong.join(', ')}`)
process.exit(wrong.length === 0 ? 0 : 1)
