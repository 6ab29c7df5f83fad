import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { TaskLimits } from '../../src/daemon/engine/protocol.ts'
import type { Settings } from '../../src/rpc/contract/types.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { file, makeTorrent, type TestTorrent, writeFiles } from './support/data.ts'
import { complete, noLimits, startEngine, task, tempFolder } from './support/engine.ts'

const rate = 300_000
const windowMs = 5000
const torrents = [1, 2, 3, 4].map((n) => makeTorrent([file(`a${n}`, 4_000_000)], 65536))

interface Load {
  torrent: TestTorrent
  seed?: Partial<TaskLimits>
  leech?: Partial<TaskLimits>
  /** The seed calls, so that it is an incoming peer that sends. */
  seedCalls: boolean
}

/** Bytes a second that came of each torrent, over five seconds. */
async function measure(t: TestContext, seeds: Settings, leeches: Settings, loads: Load[]): Promise<number[]> {
  const tcpOnly = { enable_outgoing_utp: false, enable_incoming_utp: false, out_enc_policy: 2 }
  const from = startEngine(t, { ...tcpOnly, ...seeds }, 'seeder')
  const to = startEngine(t, { ...tcpOnly, ...leeches }, 'leecher')
  for (const { torrent, seed, leech, seedCalls } of loads) {
    const folder = await tempFolder(t)
    await writeFiles(folder, torrent.files)
    const { id, bytes } = torrent
    await from.load(task(id, folder, { torrentFile: bytes, limits: { ...noLimits, ...seed } }))
    await from.until(id, 'has all', complete(torrent))
    const limits = { ...noLimits, ...leech }
    await to.load(task(id, await tempFolder(t), { torrentFile: bytes, limits }))
    await to.until(id, 'runs', (r) => r.phase === 'running')
    const [caller, called] = seedCalls ? [from, to] : [to, from]
    await caller.call('addPeer', { id, address: await called.address() })
  }
  const bytes = ({ torrent }: Load) => to.report(torrent.id).payloadDownload ?? 0
  // what was saved up and the first requests are over
  for (const { torrent } of loads) {
    await to.until(torrent.id, 'has begun', (report) => (report.payloadDownload ?? 0) > rate / 3)
  }
  // reports come a few times a second: a window begins and ends with one
  const news = async (): Promise<[at: number, bytes: number[]]> => {
    const before = loads.map(bytes)
    await waitUntil('bytes of all', () => loads.every((load, i) => bytes(load) !== before[i]), { everyMs: 5 })
    return [performance.now(), loads.map(bytes)]
  }
  const [start, first] = await news()
  await new Promise((resolve) => setTimeout(resolve, windowMs))
  const [end, last] = await news()
  return last.map((count, i) => ((count - first[i]!) / (end - start)) * 1000)
}

function within(found: number, what: string): void {
  assert.ok(Math.abs(found / rate - 1) < 0.1, `${what}: ${Math.round(found)} instead of ${rate} bytes/s`)
}

// mostly waiting, so all at a time
describe('rates, within a tenth over five seconds', { concurrency: 3 }, () => {
  test('limits of a torrent, in both directions, of peers that called and that were called', async (t) => {
    const loads = torrents.map((torrent, i) => ({
      torrent,
      ...(i < 2 ? { leech: { download: rate } } : { seed: { upload: rate } }),
      seedCalls: i % 2 === 1,
    }))
    const names = ['download', 'download of a caller', 'upload to a caller', 'upload to a called one']
    for (const [i, found] of (await measure(t, {}, {}, loads)).entries()) within(found, names[i]!)
  })

  for (const [name, seeds, leeches] of [
    ['download_rate_limit', {}, { download_rate_limit: rate }],
    ['upload_rate_limit', { upload_rate_limit: rate }, {}],
  ] as const) {
    test(`${name}: over all torrents, whoever called`, async (t) => {
      const loads = torrents.slice(0, 2).map((torrent, i) => ({ torrent, seedCalls: i === 1 }))
      const found = await measure(t, seeds, leeches, loads)
      within(
        found.reduce((sum, one) => sum + one),
        name,
      )
    })
  }
})
