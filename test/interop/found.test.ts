// Peers and metadata that come from elsewhere: a tracker, a magnet link.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { differences } from '../helpers/data.ts'
import { addTorrent, createTorrent, listenAddress, waitForSeeding } from '../helpers/torrents.ts'
import { startTracker } from '../helpers/tracker.ts'
import { startAria2 } from './clients/aria2.ts'
import { startLibtorrent } from './clients/libtorrent.ts'
import { installPeers } from './debian.ts'
import { type DataSets, makeSets } from './sets.ts'
import { limitMs, options } from './sides.ts'

let sets: DataSets
before(
  async () => {
    installPeers()
    sets = await makeSets()
  },
  { timeout: 300_000 },
)
after(() => sets.remove())

test('aria2 finds porla-lua through a tracker', options, async (t) => {
  const { source, hashes } = sets.large
  const daemon = await startDaemon(t)
  const tracker = await startTracker(t)
  const torrentFile = await createTorrent(daemon, join(source, 'one large file.bin'), {
    trackers: [tracker.http],
    pieceSize: 262_144,
  })
  await addTorrent(daemon, torrentFile, source)
  await waitForSeeding(daemon)
  const folder = await daemon.makeFolder('target')
  const peer = await startAria2(t, { role: 'download', torrentFile, folder })
  await peer.done(limitMs)
  assert.deepEqual(await differences(folder, hashes), [])
})

test('a magnet link fetches its metadata from libtorrent', options, async (t) => {
  const { torrentFile, source: folder, hashes } = sets.many
  const daemon = await startDaemon(t)
  const peer = await startLibtorrent(t, { role: 'seed', torrentFile, folder })
  const target = join(daemon.folder, 'target')
  const before = await daemon.ok(
    `local info = assert(TorrentInfo.from_file(arg[1]))
     local params = assert(AddTorrentParams.from_magnet("magnet:?xt=urn:btih:" .. info:info_hash().v1))
     params.save_path = arg[2]
     local torrent = require("sessions").get("default"):add_torrent(params)
     print(torrent:status().has_metadata, torrent:torrent_file())
     local host, port = arg[3]:match("^(.*):(%d+)$")
     torrent:connect_peer(host, math.tointeger(port))`,
    [torrentFile, target, peer.address],
  )
  assert.equal(before, 'false\tnil')
  await waitForSeeding(daemon, { timeoutMs: limitMs })
  assert.deepEqual(await differences(target, hashes), [])
  const same = await daemon.ok(
    `local wanted = assert(TorrentInfo.from_file(arg[1]))
     for torrent in require("sessions").get("default"):torrents() do
       local info = torrent:torrent_file()
       print(info:info_hash() == wanted:info_hash(), info:name(), info:num_files(), info:num_pieces())
     end`,
    [torrentFile],
  )
  assert.match(same, /^true\tmany\t2000\t\d+$/)
})

test('libtorrent fetches the metadata from porla-lua for a magnet link', options, async (t) => {
  const { torrentFile, source, hashes } = sets.many
  const daemon = await startDaemon(t)
  await addTorrent(daemon, torrentFile, source)
  await waitForSeeding(daemon)
  const magnet = await daemon.ok(
    `print("magnet:?xt=urn:btih:" .. assert(TorrentInfo.from_file(arg[1])):info_hash().v1)`,
    [torrentFile],
  )
  const folder = await daemon.makeFolder('target')
  const peer = await startLibtorrent(t, { role: 'download', torrentFile: magnet, folder })
  await peer.dial(await listenAddress(daemon))
  await peer.done(limitMs)
  assert.deepEqual(await differences(folder, hashes), [])
})
