import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTracker } from '../helpers/tracker.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, startEngine, task, tempFolder } from './support/engine.ts'
import { boundAddresses } from './support/sockets.ts'

test('hosts that a WebSocket tracker introduces exchange data over WebRTC, on the listen address alone', async (t) => {
  const torrent = makeTorrent([file('a', 3_000_000)], 65536)
  const { ws } = await startTracker(t)
  const [from, to] = [await tempFolder(t), await tempFolder(t)]
  await writeFiles(from, torrent.files)
  // no other way is open
  const settings = {
    enable_incoming_tcp: false,
    enable_outgoing_tcp: false,
    enable_incoming_utp: false,
    enable_outgoing_utp: false,
  }
  const seeder = startEngine(t, settings, 'seeder')
  const leecher = startEngine(t, { ...settings, download_rate_limit: 1_500_000 }, 'leecher')
  const trackers = [{ url: ws, tier: 0 }]
  await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes, trackers }))
  await leecher.load(task(torrent.id, to, { torrentFile: torrent.bytes, trackers }))
  await leecher.until(torrent.id, 'data comes', (report) => (report.payloadDownload ?? 0) > 500_000)
  for (const engine of [seeder, leecher]) {
    const bound = await boundAddresses(engine.state.pid!)
    assert.ok(bound.includes('udp 0100007F'), 'WebRTC runs')
    assert.deepEqual([...new Set(bound)], ['tcp 0100007F', 'udp 0100007F'])
  }
  await leecher.until(torrent.id, 'has all', complete(torrent))
  assert.deepEqual(await wrongFiles(to, torrent.files), [])
  // while the tracker is there: they would wait for it
  await Promise.all([seeder.stop(3000), leecher.stop(3000)])
})

test('behind a proxy there is no WebRTC, which would go past it', async (t) => {
  const torrent = makeTorrent([file('a', 300_000)], 65536)
  const { ws, server } = await startTracker(t)
  // socks5, and nothing answers there
  const engine = startEngine(t, { proxy_type: 2, proxy_hostname: '127.0.0.1', proxy_port: 9 })
  const trackers = [{ url: ws, tier: 0 }]
  await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, trackers }))
  await engine.until(torrent.id, 'runs', (report) => report.phase === 'running')
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.deepEqual(Object.keys(server.torrents), [])
})
