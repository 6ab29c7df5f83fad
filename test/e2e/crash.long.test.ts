import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { sha256All, writeFiles } from '../helpers/data.ts'
import {
  addTorrent,
  createTorrent,
  engineProcess,
  listenAddress,
  waitForSeeding,
  waitForTorrent,
} from '../helpers/torrents.ts'
import { waitUntil } from '../helpers/wait-until.ts'

const MiB = 2 ** 20

/** A seeding session and one that downloads slowly enough to be caught in the middle. */
async function slowDownload(t: TestContext): Promise<{ daemon: TestDaemon; source: string; target: string }> {
  const daemon = await startDaemon(t, {
    sessions: { seeding: {}, downloads: { download_rate_limit: 6 * MiB } },
  })
  const source = await daemon.makeFolder('source')
  await writeFiles(join(source, 'data'), { 'large.bin': 20 * MiB, 'small/ö.bin': 4 * MiB })
  const torrentFile = await createTorrent(daemon, join(source, 'data'))
  await addTorrent(daemon, torrentFile, source, [], 'seeding')
  await waitForSeeding(daemon, { session: 'seeding' })
  const target = join(daemon.folder, 'target')
  await addTorrent(daemon, torrentFile, target, [await listenAddress(daemon, 'seeding')], 'downloads')
  return { daemon, source, target }
}

const someProgress = (status: { progress?: number }) =>
  (status.progress ?? 0) > 0.15 && (status.progress ?? 0) < 0.9

test('kill -9 of an engine host in the middle of a download loses nothing', {
  timeout: 90_000,
}, async (t) => {
  const { daemon, source, target } = await slowDownload(t)
  await waitForTorrent(daemon, 'some pieces are there', someProgress, { session: 'downloads' })
  const before = await engineProcess(daemon, 'downloads')
  process.kill(before, 'SIGKILL')

  const client = await daemon.client()
  t.after(() => client.close())
  const asked = performance.now()
  await client.call('torrents.list', { session: 'downloads' })
  assert.ok(performance.now() - asked < 1000, 'the daemon answers within a second')

  // The address of the seeder was given once, by connect_peer: the daemon has to remember it.
  await waitForSeeding(daemon, { session: 'downloads', timeoutMs: 60_000 })
  assert.notEqual(await engineProcess(daemon, 'downloads'), before)
  assert.deepEqual(await sha256All(join(target, 'data')), await sha256All(join(source, 'data')))
})

test('kill -9 of the daemon in the middle of a download loses nothing', { timeout: 90_000 }, async (t) => {
  const { daemon, source, target } = await slowDownload(t)
  await daemon.ok(
    `for torrent in require("sessions").get("downloads"):torrents() do
       local userdata = torrent:userdata()
       userdata.category = "movies"
       userdata.tags = { "one", "zwölf" }
     end`,
  )
  await waitForTorrent(daemon, 'some pieces are there', someProgress, { session: 'downloads' })
  const hosts = [await engineProcess(daemon, 'downloads'), await engineProcess(daemon, 'seeding')]
  await daemon.end('SIGKILL')
  await waitUntil('the engine hosts follow their daemon', () => hosts.every((pid) => !alive(pid)))

  await daemon.start()
  const kept = await daemon.ok(
    `for session in require("sessions").list() do
       for torrent in session:torrents() do
         local userdata = torrent:userdata()
         local tags = {}
         for _, tag in pairs(userdata.tags) do tags[#tags + 1] = tag end
         table.sort(tags)
         print(session.name, torrent:status().name, userdata.category, table.concat(tags, ","))
       end
     end`,
  )
  assert.equal(kept, 'downloads\tdata\tmovies\tone,zwölf\nseeding\tdata\tnil\t')
  // The seeding session listens on a new port now, and the one that downloads only knows the old one.
  await waitForSeeding(daemon, { session: 'seeding' })
  const address = await listenAddress(daemon, 'seeding')
  await daemon.ok(
    `local host, port = arg[1]:match("^(.*):(%d+)$")
     for torrent in require("sessions").get("downloads"):torrents() do
       torrent:connect_peer(host, math.tointeger(port))
     end`,
    [address],
  )
  await waitForSeeding(daemon, { session: 'downloads', timeoutMs: 60_000 })
  assert.deepEqual(await sha256All(join(target, 'data')), await sha256All(join(source, 'data')))
})

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
