// A torrent that is removed while its files move, and added again at once: the move is completed, and the new torrent looks
// at its files only then. libtorrent 2.0.8 ends the same way: its disk work is done in order.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { RpcClient } from '../../src/rpc/client.ts'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { sha256All, writeFiles } from '../helpers/data.ts'
import { mount, ownMounts, unmount } from '../helpers/own-mounts.ts'
import {
  addTorrent,
  createTorrent,
  listenAddress,
  waitForSeeding,
  waitForTorrent,
} from '../helpers/torrents.ts'
import { waitUntil } from '../helpers/wait-until.ts'

await ownMounts()

const MiB = 2 ** 20
const timeout = 90_000

interface World {
  daemon: TestDaemon
  client: RpcClient
  /** Where the files were, and the disk that they go to. */
  source: string
  disk: string
  torrentFile: string
  hashes: Record<string, string>
  /** Asks for the move, and when files are on their way removes the torrent and adds it again at `savePath`. */
  readd(savePath: string, removeFiles?: boolean): Promise<void>
}

async function world(t: TestContext): Promise<World> {
  const daemon = await startDaemon(t, { sessions: { other: {} } })
  const disk = await mkdtemp(join(tmpdir(), 'porla-lua-readd-'))
  mount('-t', 'tmpfs', 'tmpfs', disk)
  t.after(async () => {
    unmount(disk)
    await rm(disk, { recursive: true })
  })
  const source = await daemon.makeFolder('source')
  // so large that copying it takes longer than the calls meanwhile
  await writeFiles(join(source, 'data'), { 'a.bin': 96 * MiB, 'b/c.bin': 100_000 })
  const hashes = await sha256All(join(source, 'data'))
  const torrentFile = await createTorrent(daemon, join(source, 'data'), { pieceSize: MiB })
  await addTorrent(daemon, torrentFile, source)
  const { info_hash } = await waitForSeeding(daemon)
  const client = await daemon.client()
  t.after(() => client.close())
  const ti = (await readFile(torrentFile)).toString('base64')
  const readd = async (savePath: string, removeFiles = false) => {
    const key = { session: 'default', info_hash: info_hash! }
    await client.call('torrents.move', { ...key, path: disk })
    await waitUntil('the move has begun', () => existsSync(join(disk, 'data')), { everyMs: 1 })
    const removed = client.call('torrents.remove', { ...key, remove_files: removeFiles })
    await client.call('torrents.add', { session: 'default', ti, save_path: savePath })
    assert.ok(!existsSync(join(disk, 'data/a.bin')), 'the move is still under way')
    await removed
  }
  return { daemon, client, source, disk, torrentFile, hashes, readd }
}

test('added again where the files were: they have moved, whole, and it begins with nothing', {
  timeout,
}, async (t) => {
  const { daemon, source, disk, torrentFile, hashes, readd } = await world(t)
  await readd(source)
  const { error, total_done } = await waitForTorrent(daemon, 'it downloads', (s) => s.state === 'downloading')
  assert.deepEqual({ error, total_done }, { error: null, total_done: 0 })
  assert.deepEqual(await sha256All(join(disk, 'data')), hashes)
  assert.deepEqual(await readdir(source), [])
  // and it works: it gets its files from a seed over those that have moved
  await addTorrent(daemon, torrentFile, disk, [await listenAddress(daemon)], 'other')
  await waitForSeeding(daemon, { session: 'other' })
  await waitForSeeding(daemon)
  assert.deepEqual(await sha256All(join(source, 'data')), hashes)
})

test('added again where the files go: it finds all of them', { timeout }, async (t) => {
  const { daemon, source, disk, hashes, readd } = await world(t)
  await readd(disk)
  const { total_payload_download } = await waitForSeeding(daemon)
  assert.equal(total_payload_download, 0)
  assert.deepEqual(await sha256All(join(disk, 'data')), hashes)
  assert.deepEqual(await readdir(source), [])
})

test('removed with its files: neither place keeps one, and what is added again begins with nothing', {
  timeout,
}, async (t) => {
  const { daemon, source, disk, readd } = await world(t)
  await readd(disk, true)
  const { error, total_done } = await waitForTorrent(daemon, 'it downloads', (s) => s.state === 'downloading')
  assert.deepEqual({ error, total_done }, { error: null, total_done: 0 })
  const left = (await readdir(disk, { recursive: true, withFileTypes: true })).filter((e) => e.isFile())
  assert.deepEqual([left, await readdir(source)], [[], []])
})
