// Data to and from other clients, byte for byte, over 127.0.0.1. `npm run test:interop`.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, type TestContext, test } from 'node:test'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { sha256All, writeFiles } from '../helpers/data.ts'
import { addTorrent, createTorrent, listenAddress, waitForSeeding } from '../helpers/torrents.ts'
import { startTracker } from '../helpers/tracker.ts'
import { installPeers } from './debian.ts'
import { aria2Download, libtorrentPeer, transmissionSeeder } from './peers.ts'

const MiB = 2 ** 20
const limitMs = 90_000

before(() => installPeers(), { timeout: 300_000 })

/** 64 MiB in several files, and a torrent of them made by porla-lua. */
async function makeData(daemon: TestDaemon, trackers: string[] = []) {
  const source = await daemon.makeFolder('source')
  await writeFiles(join(source, 'data'), {
    'large.bin': 40 * MiB,
    'folder/medium file.bin': 20 * MiB,
    'folder/ümlaut.bin': 4 * MiB - 100_001,
    'small.txt': 100_001,
  })
  const torrentFile = await createTorrent(daemon, join(source, 'data'), { trackers, pieceSize: 262_144 })
  return { source, torrentFile, hashes: await sha256All(join(source, 'data')) }
}

/** Adds the torrent and dials a peer; returns when everything is there. */
async function download(
  daemon: TestDaemon,
  torrentFile: string,
  target: string,
  peer: string,
): Promise<void> {
  await addTorrent(daemon, torrentFile, target, [peer])
  await waitForSeeding(daemon, { timeoutMs: limitMs })
}

/** Seeds the data from where it was made; returns the address for peers. */
async function seed(daemon: TestDaemon, torrentFile: string, source: string): Promise<string> {
  await addTorrent(daemon, torrentFile, source)
  await waitForSeeding(daemon)
  return await listenAddress(daemon)
}

const options = { timeout: 150_000 }

test('downloads 64 MiB from libtorrent', options, async (t: TestContext) => {
  const daemon = await startDaemon(t)
  const { source, torrentFile, hashes } = await makeData(daemon)
  const peer = await libtorrentPeer(t, 'seed', torrentFile, source)
  const target = join(daemon.folder, 'target')
  await download(daemon, torrentFile, target, peer.address)
  assert.deepEqual(await sha256All(join(target, 'data')), hashes)
})

test('downloads 64 MiB from Transmission', options, async (t: TestContext) => {
  const daemon = await startDaemon(t)
  const { source, torrentFile, hashes } = await makeData(daemon)
  const peer = await transmissionSeeder(
    t,
    await readFile(torrentFile),
    source,
    join(daemon.folder, 'transmission'),
  )
  const target = join(daemon.folder, 'target')
  await download(daemon, torrentFile, target, peer)
  assert.deepEqual(await sha256All(join(target, 'data')), hashes)
})

test('libtorrent downloads 64 MiB from porla-lua', options, async (t: TestContext) => {
  const daemon = await startDaemon(t)
  const { source, torrentFile, hashes } = await makeData(daemon)
  const address = await seed(daemon, torrentFile, source)
  const target = await daemon.makeFolder('target')
  const peer = await libtorrentPeer(t, 'download', torrentFile, target, [address])
  await peer.done(limitMs)
  assert.deepEqual(await sha256All(join(target, 'data')), hashes)
})

test('aria2 downloads 64 MiB from porla-lua, found through a tracker', options, async (t: TestContext) => {
  const daemon = await startDaemon(t)
  const tracker = await startTracker(t)
  const { source, torrentFile, hashes } = await makeData(daemon, [tracker.http])
  await seed(daemon, torrentFile, source)
  const target = await daemon.makeFolder('target')
  await aria2Download(t, torrentFile, target, limitMs)
  assert.deepEqual(await sha256All(join(target, 'data')), hashes)
})

test('a magnet link fetches its metadata from libtorrent', options, async (t: TestContext) => {
  const daemon = await startDaemon(t)
  const { source, torrentFile, hashes } = await makeData(daemon)
  const peer = await libtorrentPeer(t, 'seed', torrentFile, source)
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
  assert.deepEqual(await sha256All(join(target, 'data')), hashes)
  const same = await daemon.ok(
    `local wanted = assert(TorrentInfo.from_file(arg[1]))
     for torrent in require("sessions").get("default"):torrents() do
       local info = torrent:torrent_file()
       print(info:info_hash() == wanted:info_hash(), info:name(), info:num_files(), info:num_pieces())
     end`,
    [torrentFile],
  )
  assert.equal(same, 'true\tdata\t4\t256')
})
