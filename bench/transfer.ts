// Transfers over loopback beside libtorrent's, in one run: `npm run bench:transfer [-- MiB]`. Needs Debian's
// python3-libtorrent. One file of 1024 MiB (or as many as given), and 2,000 files of 100 kB, over TCP:
//
//   download   libtorrent seeds; porla-lua takes, then another libtorrent
//   seed       libtorrent takes; porla-lua seeds, then another libtorrent
//
// Seconds from the moment the two are introduced, and processor time of the measured program (for porla-lua its daemon
// and engine host).

import { readFileSync } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startDaemon } from '../test/helpers/daemon.ts'
import { bytes, writeFiles } from '../test/helpers/data.ts'
import {
  addTorrent,
  createTorrent,
  engineProcess,
  listenAddress,
  waitForSeeding,
} from '../test/helpers/torrents.ts'
import { startLibtorrent } from '../test/interop/clients/libtorrent.ts'

const MiB = 2 ** 20
const megabytes = Number(process.argv[2] ?? 1024)
const limitMs = 120_000
const tcpOnly = { enable_incoming_utp: false, enable_outgoing_utp: false }

interface Measured {
  seconds: number
  cpu: number
}

interface Work {
  torrentFile: string
  source: string
}

type Cleanup = () => unknown

/** What the helpers of the tests want of a test. */
function context(): { t: TestContext; clean: () => Promise<void> } {
  const cleanups: Cleanup[] = []
  const t = { after: (cleanup: Cleanup) => cleanups.push(cleanup), diagnostic: () => {} }
  const clean = async () => {
    for (const cleanup of cleanups.reverse()) await cleanup()
  }
  return { t: t as unknown as TestContext, clean }
}

/** Processor time of processes so far, seconds. */
function cpuOf(pids: number[]): number {
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return Number(fields[11]) + Number(fields[12])
  })
  return ticks.reduce((sum, one) => sum + one, 0) / 100
}

async function measure(pids: number[], work: () => Promise<unknown>): Promise<Measured> {
  const cpu = cpuOf(pids)
  const start = performance.now()
  await work()
  return { seconds: (performance.now() - start) / 1000, cpu: cpuOf(pids) - cpu }
}

/** Runs one transfer between two parties, of which one is measured. */
async function transfer(
  what: 'download' | 'seed',
  who: 'porla-lua' | 'libtorrent',
  { torrentFile, source }: Work,
): Promise<Measured> {
  const { t, clean } = context()
  const target = await mkdtemp(join(tmpdir(), 'porla-lua-bench-'))
  try {
    const [ours, theirs] = what === 'download' ? [target, source] : [source, target]
    const role = what === 'download' ? 'seed' : 'download'
    const other = await startLibtorrent(t, { role, torrentFile, folder: theirs, settings: tcpOnly })
    if (who === 'libtorrent') {
      const role = what
      const peer = await startLibtorrent(t, { role, torrentFile, folder: ours, settings: tcpOnly })
      return await measure([peer.pid], async () => {
        await (what === 'download' ? peer.dial(other.address) : other.dial(peer.address))
        await (what === 'download' ? peer : other).done(limitMs)
      })
    }
    const daemon = await startDaemon(t, { sessions: { default: tcpOnly } })
    await addTorrent(daemon, torrentFile, ours)
    const address = await listenAddress(daemon)
    if (what === 'seed') await waitForSeeding(daemon, { timeoutMs: limitMs })
    const pids = [daemon.pid, await engineProcess(daemon)]
    return await measure(pids, async () => {
      await other.dial(address)
      if (what === 'seed') await other.done(limitMs)
      else await waitForSeeding(daemon, { timeoutMs: limitMs })
    })
  } finally {
    await clean()
    await rm(target, { recursive: true, force: true })
  }
}

/** A folder with the data, and a torrent of it. */
async function makeWork(
  folder: string,
  name: string,
  pieceSize: number,
  write: () => Promise<void>,
): Promise<Work> {
  await write()
  const { t, clean } = context()
  const daemon = await startDaemon(t)
  const made = await createTorrent(daemon, join(folder, name), { pieceSize })
  const torrentFile = join(folder, `${name}.torrent`)
  await writeFile(torrentFile, readFileSync(made))
  await clean()
  return { torrentFile, source: folder }
}

const show = ({ seconds, cpu }: Measured) =>
  `${seconds.toFixed(2).padStart(7)} s ${cpu.toFixed(2).padStart(6)} s CPU`

const folder = await mkdtemp(join(tmpdir(), 'porla-lua-bench-'))
try {
  const large = await makeWork(folder, 'large.bin', MiB, async () => {
    const file = await open(join(folder, 'large.bin'), 'w')
    for (let at = 0; at < megabytes; at += 16) await file.write(bytes(16 * MiB, at % 251))
    await file.close()
  })
  const many = await makeWork(folder, 'many', 262_144, () =>
    writeFiles(
      join(folder, 'many'),
      Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${i % 20}/${i}.bin`, 100_000])),
    ),
  )
  for (const [title, work] of [
    [`${megabytes} MiB`, large],
    ['2,000 files of 100 kB', many],
  ] as const) {
    for (const what of ['download', 'seed'] as const) {
      const ours = await transfer(what, 'porla-lua', work)
      const theirs = await transfer(what, 'libtorrent', work)
      const [wall, cpu] = [ours.seconds / theirs.seconds, ours.cpu / theirs.cpu]
      console.log(`${what} ${title}`)
      console.log(
        `  porla-lua  ${show(ours)}   ${wall.toFixed(2)} times the time, ${cpu.toFixed(2)} times the CPU`,
      )
      console.log(`  libtorrent ${show(theirs)}`)
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
