// Transfers over loopback beside libtorrent's, in one run and in turn: `npm run bench:transfer`. Needs Debian's
// python3-libtorrent. The other end is libtorrent in every row: N sessions of one process, which call the measured one.
//
//   npm run bench:transfer -- download-20 --runs=1     one row, in seconds
//   npm run bench:transfer -- --mib=32                 other data
//   npm run bench:transfer -- download-1 large-download seed-1
//
// Medians. Seconds from the moment the two ends are introduced; processor time of the measured program (for porla-lua its
// daemon and engine host); milliseconds to the first byte; the most memory of its own that it had (the engine host's).

import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { RpcClient } from '../src/rpc/client.ts'
import { startDaemon } from '../test/helpers/daemon.ts'
import { bytes, writeFiles } from '../test/helpers/data.ts'
import { addTorrent, createTorrent, engineProcess, listenAddress } from '../test/helpers/torrents.ts'
import { type Measured, measure, medians, quantile } from './transfer/measure.ts'
import { context, type Settings, startLibtorrents, startParty } from './transfer/parties.ts'
import { swarm } from './transfer/swarm.ts'

const MiB = 2 ** 20
const { values: given, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, mib: { type: 'string', default: '128' } },
})
const runs = Number(given.runs)

const tcp: Settings = {
  enable_incoming_utp: false,
  enable_outgoing_utp: false,
  unchoke_slots_limit: -1,
  connections_limit: 500,
}
const plain: Settings = { ...tcp, in_enc_policy: 2, out_enc_policy: 2 }
const rc4: Settings = { ...tcp, in_enc_policy: 0, out_enc_policy: 0, allowed_enc_level: 2 }

interface Work {
  torrentFile: string
  source: string
}

interface Row {
  what: 'download' | 'seed'
  work: 'medium' | 'large' | 'many'
  /** How many libtorrent sessions are the other end. */
  others: number
  settings: Settings
}

const rows: Record<string, Row> = {}
for (const others of [1, 5, 20, 40, 100])
  rows[`download-${others}`] = { what: 'download', work: 'medium', others, settings: plain }
rows['large-download'] = { what: 'download', work: 'large', others: 1, settings: plain }
for (const others of [1, 10, 40])
  rows[`seed-${others}`] = { what: 'seed', work: 'medium', others, settings: plain }
rows['large-seed'] = { what: 'seed', work: 'large', others: 1, settings: plain }
rows['encrypted-download'] = { what: 'download', work: 'medium', others: 1, settings: rc4 }
rows['encrypted-seed'] = { what: 'seed', work: 'medium', others: 1, settings: rc4 }
rows['files-download'] = { what: 'download', work: 'many', others: 1, settings: plain }
rows['files-seed'] = { what: 'seed', work: 'many', others: 1, settings: plain }
const callsRow = 'calls'
/** One seed and so many leechers of the same program, see swarm.ts. */
const swarmLeechers = 20
const swarmRow = `swarm-${swarmLeechers}`
const otherRows = [callsRow, swarmRow]

async function transfer(
  who: 'porla-lua' | 'libtorrent',
  row: Row,
  { torrentFile, source }: Work,
): Promise<Measured> {
  const { t, clean } = context()
  const target = await mkdtemp(join(tmpdir(), 'porla-lua-bench-'))
  try {
    const { what, settings } = row
    const [ours, theirs] = what === 'download' ? [target, source] : [source, target]
    const role = what === 'download' ? 'seed' : 'download'
    const other = await startLibtorrents(t, { role, torrentFile, folder: theirs, settings }, row.others)
    const party = await startParty(t, who, { role: what, torrentFile, folder: ours, settings })
    // libtorrent calls once in half a second: where in it we are must not depend on how long the other end took to start
    await sleep(Math.random() * 500)
    const work = async () => {
      party.watch()
      await other.dial(party.addresses)
      await (what === 'download' ? party : other).done()
    }
    return await measure(party.pids, party.memoryPid, work, other.first)
  } finally {
    await clean()
    await rm(target, { recursive: true, force: true })
  }
}

/** Milliseconds of a call each 20 ms while 40 libtorrent sessions send. */
async function callTimes({ torrentFile, source }: Work): Promise<number[]> {
  const { t, clean } = context()
  try {
    const job = { role: 'seed' as const, torrentFile, folder: source, settings: plain }
    const other = await startLibtorrents(t, job, 40)
    const daemon = await startDaemon(t, { sessions: { default: plain } })
    await addTorrent(daemon, torrentFile, await daemon.makeFolder('target'))
    const address = await listenAddress(daemon)
    await engineProcess(daemon)
    const client = await RpcClient.connect(daemon.socket, { timeoutMs: 5000 })
    t.after(() => client.close())
    const times: number[] = []
    await other.dial([address])
    for (;;) {
      const start = performance.now()
      const { torrents } = await client.call('torrents.list', {})
      times.push(performance.now() - start)
      if (torrents[0]?.is_seeding === true) return times
      await sleep(20)
    }
  } finally {
    await clean()
  }
}

/** A folder with the data, and a torrent of it. */
async function makeWork(
  folder: string,
  name: string,
  pieceSize: number,
  write: () => Promise<void>,
): Promise<Work> {
  await mkdir(folder)
  await write()
  const { t, clean } = context()
  const daemon = await startDaemon(t)
  const made = await createTorrent(daemon, join(folder, name), { pieceSize })
  const torrentFile = join(folder, `${name}.torrent`)
  await writeFile(torrentFile, await readFile(made))
  await clean()
  return { torrentFile, source: folder }
}

async function oneFile(path: string, megabytes: number): Promise<void> {
  const file = await open(path, 'w')
  for (let at = 0; at < megabytes; at += 16) await file.write(bytes(16 * MiB, at % 251))
  await file.close()
}

const folder = await mkdtemp(join(tmpdir(), 'porla-lua-bench-'))
const made = new Map<Row['work'], Work>()

async function workOf(kind: Row['work']): Promise<Work> {
  let work = made.get(kind)
  if (work === undefined) {
    const place = join(folder, kind)
    const size = kind === 'large' ? 1024 : Number(given.mib)
    work =
      kind === 'many'
        ? await makeWork(place, 'many', 262_144, () =>
            writeFiles(
              join(place, 'many'),
              Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${i % 20}/${i}.bin`, 100_000])),
            ),
          )
        : await makeWork(place, 'one.bin', MiB, () => oneFile(join(place, 'one.bin'), size))
    made.set(kind, work)
  }
  return work
}

function show(name: string, { seconds, cpu, firstMs, memory }: Measured): string {
  return [
    `  ${name.padEnd(11)}${seconds.toFixed(2).padStart(7)} s ${cpu.toFixed(2).padStart(6)} s CPU`,
    `${firstMs.toFixed(0).padStart(5)} ms to the first byte ${memory.toFixed(0).padStart(4)} MiB`,
  ].join('  ')
}

try {
  for (const name of names)
    if (rows[name] === undefined && !otherRows.includes(name))
      throw new Error(
        `there is no row "${name}"; there are: ${[...Object.keys(rows), ...otherRows].join(', ')}`,
      )
  const chosen = names.length > 0 ? names : [...Object.keys(rows), ...otherRows]
  console.log(`medians of ${runs}, ${given.mib} MiB where nothing else is said`)
  for (const name of chosen) {
    const row = rows[name]
    if (name === callsRow) {
      const work = await workOf('medium')
      const all: number[] = []
      for (let run = 0; run < runs; run++) all.push(...(await callTimes(work)))
      const [p50, p99] = [quantile(all, 0.5), quantile(all, 0.99)]
      console.log(
        `calls while 40 send: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${all.length} calls)`,
      )
      continue
    }
    const work = await workOf(row?.work ?? 'medium')
    const run = (who: 'porla-lua' | 'libtorrent') =>
      row === undefined
        ? swarm(who, swarmLeechers, work.torrentFile, work.source, plain)
        : transfer(who, row, work)
    const ours: Measured[] = []
    const theirs: Measured[] = []
    for (let i = 0; i < runs; i++) {
      ours.push(await run('porla-lua'))
      theirs.push(await run('libtorrent'))
    }
    const [a, b] = [medians(ours), medians(theirs)]
    console.log(
      `${name}   ${(a.seconds / b.seconds).toFixed(2)} times the time, ${(a.cpu / b.cpu).toFixed(2)} times the CPU`,
    )
    console.log(show('porla-lua', a))
    console.log(show('libtorrent', b))
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
