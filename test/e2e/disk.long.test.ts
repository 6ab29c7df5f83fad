// Disks that go away and come back, files that change, links, and what is read-only: as a user meets them.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import type { RpcClient } from '../../src/rpc/client.ts'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { sha256All, writeFiles } from '../helpers/data.ts'
import { mount, ownMounts, unmount } from '../helpers/own-mounts.ts'
import {
  addTorrent,
  createTorrent,
  engineProcess,
  listenAddress,
  waitForSeeding,
  waitForTorrent,
} from '../helpers/torrents.ts'
import { waitUntil } from '../helpers/wait-until.ts'

await ownMounts()

const timeout = 60_000
const inSeeding = { session: 'seeding' }

interface World {
  daemon: TestDaemon
  torrentFile: string
  /** What is mounted at `disk`; stays when that is unmounted. */
  store: string
  disk: string
  savePath: string
}

/** A daemon and a disk of its own, which is mounted. */
async function withDisk(t: TestContext): Promise<World> {
  const daemon = await startDaemon(t, { sessions: { seeding: {}, downloads: {} } })
  // beside the daemon's folder, which goes first when the test ends
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-disk-'))
  const [store, disk] = [join(folder, 'store'), join(folder, 'disk')]
  for (const path of [store, disk]) await mkdir(path)
  mount('-t', 'tmpfs', 'tmpfs', store)
  mount('--bind', store, disk)
  t.after(async () => {
    for (const path of [disk, store]) {
      try {
        unmount(path)
      } catch {
        // the test has left it unmounted
      }
    }
    await rm(folder, { recursive: true })
  })
  const savePath = join(disk, 'save')
  await mkdir(savePath)
  await writeFiles(join(savePath, 'data'), { 'a.bin': 300_000, 'b.bin': 200_000 })
  const torrentFile = await createTorrent(daemon, join(savePath, 'data'))
  return { daemon, torrentFile, store, disk, savePath }
}

/** The same, with a torrent that seeds from there. */
async function seedingFromDisk(t: TestContext): Promise<World> {
  const world = await withDisk(t)
  await addTorrent(world.daemon, world.torrentFile, world.savePath, [], 'seeding')
  await waitForSeeding(world.daemon, inSeeding)
  return world
}

async function withClient<T>(daemon: TestDaemon, work: (client: RpcClient) => Promise<T>): Promise<T> {
  const client = await daemon.client()
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

/** Calls a method of the seeding session's only torrent. */
function command(daemon: TestDaemon, method: 'torrents.pause' | 'torrents.resume' | 'torrents.errors.clear') {
  return withClient(daemon, async (client) => {
    const { torrents } = await client.call('torrents.list', inSeeding)
    await client.call(method, { ...inSeeding, info_hash: torrents[0]!.info_hash! })
  })
}

const failed = (daemon: TestDaemon) =>
  waitForTorrent(daemon, 'it has an error', ({ error }) => typeof error === 'string', inSeeding)

/** The saved pieces are on disk, with what the files look like. */
const restart = async (daemon: TestDaemon, signal: NodeJS.Signals = 'SIGTERM', between = async () => {}) => {
  await daemon.end(signal)
  await between()
  await daemon.start()
}

test('a disk that is not mounted is an error with the path of the file, and not one byte is written', {
  timeout,
}, async (t) => {
  const { daemon, disk, store, savePath } = await seedingFromDisk(t)
  const missed = join(savePath, 'data/a.bin')
  const isGone = async () => {
    const { error, error_file, state, is_seeding, progress } = await failed(daemon)
    assert.match(error ?? '', /a\.bin" is gone: nothing is mounted at ".*disk" any more/)
    assert.deepEqual([error_file, state, is_seeding, progress], [missed, 'checking_resume_data', false, 1])
    assert.deepEqual(await readdir(disk), [], 'nothing is made where the disk was')
  }
  // paused and resumed
  await command(daemon, 'torrents.pause')
  await waitForTorrent(daemon, 'it is paused', ({ flags }) => flags?.includes('paused') === true, inSeeding)
  unmount(disk)
  await command(daemon, 'torrents.resume')
  await isGone()
  // started again, in order and not
  await restart(daemon)
  await isGone()
  await restart(daemon, 'SIGKILL')
  await isGone()
  // it comes back by itself, without a check and without a byte from elsewhere
  mount('--bind', store, disk)
  const { total_payload_download, num_pieces } = await waitForSeeding(daemon, inSeeding)
  assert.deepEqual([total_payload_download, num_pieces], [0, 8])
  assert.deepEqual((await readdir(savePath)).sort(), ['data'])

  // its engine host dies while it is away
  unmount(disk)
  process.kill(await engineProcess(daemon, 'seeding'), 'SIGKILL')
  await isGone()
  mount('--bind', store, disk)
  await waitForSeeding(daemon, inSeeding)

  // gone while nothing ran, and back before the next start
  await restart(daemon, 'SIGTERM', async () => {
    unmount(disk)
    mount('--bind', store, disk)
  })
  await waitForSeeding(daemon, inSeeding)
  assert.ok(!/checked again|looked at/.test(daemon.log))
})

test('a download that has only begun does not go on where its disk was', { timeout }, async (t) => {
  const { daemon, torrentFile, disk, store } = await withDisk(t)
  const target = join(disk, 'target')
  await addTorrent(daemon, torrentFile, target, [], 'seeding')
  const state = new DatabaseSync(join(daemon.stateDir, 'state.db'), { readOnly: true })
  const kept = state.prepare('SELECT count(*) AS n FROM file_stamps')
  await waitUntil('it has looked at the disk, and kept what it saw', () => kept.get()?.n === 1)
  state.close()
  await restart(daemon, 'SIGTERM', async () => unmount(disk))
  const { error, error_file } = await failed(daemon)
  assert.equal(error_file, target)
  assert.match(error ?? '', /nothing is mounted at/)
  assert.deepEqual(await readdir(disk), [])
  mount('--bind', store, disk)
  await command(daemon, 'torrents.resume')
  await waitForTorrent(
    daemon,
    'it goes on',
    ({ state, error, flags }) => state === 'downloading' && error === null && !flags?.includes('paused'),
    inSeeding,
  )
})

test('a magnet link whose metadata arrived does not go on where its disk was', { timeout }, async (t) => {
  const { daemon, disk, store } = await seedingFromDisk(t)
  const port = Number((await listenAddress(daemon, 'seeding')).split(':')[1])
  const target = join(disk, 'target')
  const inDownloads = { session: 'downloads' }
  await withClient(daemon, async (client) => {
    const { torrents } = await client.call('torrents.list', inSeeding)
    const info_hash = torrents[0]!.info_hash!
    const { magnet_uri } = await client.call('torrents.magnet_uri', { ...inSeeding, info_hash })
    // in upload mode it asks for metadata and for no piece
    await client.call('torrents.add', {
      ...inDownloads,
      magnet_uri,
      save_path: target,
      flags: { upload_mode: true },
    })
    await client.call('torrents.peers.add', { ...inDownloads, info_hash, ip: '127.0.0.1', port })
  })
  await waitForTorrent(
    daemon,
    'its metadata arrived',
    ({ has_metadata }) => has_metadata === true,
    inDownloads,
  )
  const state = new DatabaseSync(join(daemon.stateDir, 'state.db'), { readOnly: true })
  const kept = state.prepare('SELECT count(*) AS n FROM file_stamps')
  await waitUntil('it has looked at the disk, and kept what it saw', () => kept.get()?.n === 2)
  state.close()
  await restart(daemon, 'SIGTERM', async () => unmount(disk))
  const { error, error_file, num_pieces } = await waitForTorrent(
    daemon,
    'it has an error',
    (status) => typeof status.error === 'string',
    inDownloads,
  )
  assert.deepEqual({ error_file, num_pieces }, { error_file: target, num_pieces: 0 })
  assert.match(error ?? '', /nothing is mounted at/)
  assert.deepEqual(await readdir(disk), [])
  mount('--bind', store, disk)
  await withClient(daemon, async (client) => {
    const { torrents } = await client.call('torrents.list', inDownloads)
    const key = { ...inDownloads, info_hash: torrents[0]!.info_hash! }
    await client.call('torrents.flags.set', { ...key, flags: { upload_mode: false } })
    await client.call('torrents.resume', key)
    await client.call('torrents.peers.add', {
      ...key,
      ip: '127.0.0.1',
      port: Number((await listenAddress(daemon, 'seeding')).split(':')[1]),
    })
  })
  await waitForSeeding(daemon, inDownloads)
})

test('a byte that changes while nobody looks is found before it is served', { timeout }, async (t) => {
  const { daemon, torrentFile, savePath } = await seedingFromDisk(t)
  const file = join(savePath, 'data/b.bin')
  const right = await readFile(file)
  const wrong = Buffer.from(right)
  wrong[100_000]! ^= 1
  // the daemon was down, in order or not; or the torrent was paused
  const ways: [string, () => Promise<void>][] = [
    ['down', () => restart(daemon, 'SIGTERM', () => writeFile(file, wrong))],
    ['killed', () => restart(daemon, 'SIGKILL', () => writeFile(file, wrong))],
    [
      'paused',
      async () => {
        await command(daemon, 'torrents.pause')
        await waitForTorrent(daemon, 'it is paused', ({ flags }) => !!flags?.includes('paused'), inSeeding)
        await writeFile(file, wrong)
        await command(daemon, 'torrents.resume')
      },
    ],
  ]
  for (const [way, change] of ways) {
    await change()
    const { error_file, num_pieces, is_seeding } = await failed(daemon)
    assert.deepEqual([error_file, num_pieces, is_seeding], [file, 7, false], way)
    assert.deepEqual(await readFile(file), wrong, `${way}: it is left as it is`)
    // the user puts it back and has it checked
    await writeFile(file, right)
    await daemon.ok(`require("sessions").get("seeding"):torrents()():force_recheck()`)
    await waitForSeeding(daemon, inSeeding)
  }

  // changed under a running seed: the peer gets what is right, or nothing
  await writeFile(file, wrong)
  const target = await daemon.makeFolder('target')
  await addTorrent(daemon, torrentFile, target, [await listenAddress(daemon, 'seeding')], 'downloads')
  assert.equal((await failed(daemon)).error_file, file)
  const { total_failed_bytes } = await waitForTorrent(daemon, 'it is there', () => true, {
    session: 'downloads',
  })
  assert.equal(total_failed_bytes, 0)
})

test('a seed on a read-only disk works without a word', { timeout }, async (t) => {
  const { daemon, disk, savePath } = await withDisk(t)
  // an empty file that is missing cannot be made here, and nobody needs it
  await writeFile(join(savePath, 'data/empty'), '')
  const torrentFile = await createTorrent(daemon, join(savePath, 'data'))
  await rm(join(savePath, 'data/empty'))
  mount('-o', 'remount,bind,ro', disk)
  await assert.rejects(writeFile(join(savePath, 'x'), ''), { code: 'EROFS' })
  await addTorrent(daemon, torrentFile, savePath, [], 'seeding')
  await waitForSeeding(daemon, inSeeding)
  await restart(daemon)
  await waitForSeeding(daemon, inSeeding)
  const target = await daemon.makeFolder('target')
  await addTorrent(daemon, torrentFile, target, [await listenAddress(daemon, 'seeding')], 'downloads')
  await waitForSeeding(daemon, { session: 'downloads' })
  assert.doesNotMatch(daemon.log, /warning|error/)

  // and what is to be written there says which file could not be
  await addTorrent(daemon, torrentFile, join(disk, 'new'), [await listenAddress(daemon, 'seeding')])
  const { error } = await waitForTorrent(daemon, 'it has an error', (status) => status.error != null)
  assert.match(error ?? '', /".*disk\/new\/data\/.*read-only/)
})

test('data behind links of the user is seeded, and nothing is written through them', {
  timeout,
}, async (t) => {
  const daemon = await startDaemon(t, { sessions: { seeding: {}, downloads: {} } })
  const real = await daemon.makeFolder('real')
  const files = await daemon.makeFolder('files')
  await writeFiles(join(real, 'data'), { 'a.bin': 100_000, 'sub/b.bin': 100_000 })
  const torrentFile = await createTorrent(daemon, join(real, 'data'))
  await mkdir(join(files, 'data'))
  await symlink(join(real, 'data/a.bin'), join(files, 'data/a.bin'))
  await symlink(join(real, 'data/sub'), join(files, 'data/sub'))
  await addTorrent(daemon, torrentFile, files, [], 'seeding')
  await waitForSeeding(daemon, inSeeding)
  const target = await daemon.makeFolder('target')
  const peer = await listenAddress(daemon, 'seeding')
  await addTorrent(daemon, torrentFile, target, [peer], 'downloads')
  await waitForSeeding(daemon, { session: 'downloads' })
  assert.deepEqual(await sha256All(join(target, 'data')), await sha256All(join(real, 'data')))

  const elsewhere = await daemon.makeFolder('elsewhere')
  const through = await daemon.makeFolder('through')
  await symlink(elsewhere, join(through, 'data'))
  await addTorrent(daemon, torrentFile, through, [peer])
  const { error, state } = await waitForTorrent(daemon, 'it has an error', (status) => status.error != null)
  assert.match(error ?? '', /leads out of the save path/)
  assert.equal(state, 'downloading')
  assert.deepEqual(await readdir(elsewhere), [])

  // what the links lead to is not this torrent's to delete
  const removed = await daemon.lua(
    `local session = require("sessions").get("seeding")
     session:remove_torrent(session:torrents()(), { remove_files = true })`,
  )
  assert.equal(removed.code, 0, removed.stderr)
  assert.match(removed.stderr, /sub\/b\.bin" stays: a link out of the save path leads to them/)
  assert.deepEqual((await readdir(join(real, 'data'), { recursive: true })).sort(), [
    'a.bin',
    'sub',
    'sub/b.bin',
  ])
  await assert.rejects(stat(join(files, 'data/a.bin')), { code: 'ENOENT' })
})

test('removing with files leaves what another torrent uses, of whatever session', { timeout }, async (t) => {
  const daemon = await startDaemon(t, { sessions: { seeding: {}, downloads: {} } })
  const folder = await daemon.makeFolder('folder')
  const links = await daemon.makeFolder('links')
  await writeFiles(join(folder, 'data'), { 'a.bin': 100_000, 'b.bin': 50_000 })
  const both = await createTorrent(daemon, join(folder, 'data'))
  const torrentFile = join(daemon.folder, 'one.torrent')
  // another torrent over one of the files, through another name of the folder
  await symlink(folder, join(daemon.folder, 'alias'))
  await daemon.ok(
    `local file = io.open(arg[2], "wb") file:write(require("torrents").create{ path = arg[1] }) file:close()`,
    [join(folder, 'data/b.bin'), torrentFile],
  )
  // and a third that has it by a link
  await symlink(join(folder, 'data/b.bin'), join(links, 'b.bin'))
  await addTorrent(daemon, both, folder, [], 'seeding')
  await addTorrent(daemon, torrentFile, join(daemon.folder, 'alias/data'), [], 'downloads')
  await addTorrent(daemon, torrentFile, links)
  for (const session of ['seeding', 'downloads', 'default']) await waitForSeeding(daemon, { session })
  const remove = async (session: string) => {
    const { code, stderr } = await daemon.lua(
      `local session = require("sessions").get(arg[1])
       session:remove_torrent(session:torrents()(), { remove_files = true })`,
      [session],
    )
    assert.equal(code, 0, stderr)
    return stderr
  }
  assert.match(await remove('seeding'), /data\/b\.bin" stays: other torrents use them/)
  assert.deepEqual(await readdir(join(folder, 'data')), ['b.bin'])
  assert.match(daemon.log, /warning session seeding: removing [0-9a-f]{40}: .*b\.bin" stays/)
  await restart(daemon)
  for (const session of ['downloads', 'default']) await waitForSeeding(daemon, { session })
  assert.match(await remove('downloads'), /stays/, 'the third has it by its link')
  assert.doesNotMatch(await remove('default'), /stays/)
  assert.deepEqual([await readdir(join(folder, 'data')), await readdir(links)], [['b.bin'], []])
})

test('flush_cache closes the files; one that was deleted is missed at the next read', {
  timeout,
}, async (t) => {
  const { daemon, torrentFile, savePath } = await seedingFromDisk(t)
  const host = await engineProcess(daemon, 'seeding')
  const open = async () => {
    const names = await readdir(`/proc/${host}/fd`)
    const paths = await Promise.all(names.map((fd) => readlink(`/proc/${host}/fd/${fd}`).catch(() => '')))
    return paths.filter((path) => path.includes('/save/data/'))
  }
  assert.notDeepEqual(await open(), [])
  await daemon.ok(`require("sessions").get("seeding"):torrents()():flush_cache()`)
  assert.deepEqual(await open(), [])
  await rm(join(savePath, 'data/a.bin'))
  const target = await daemon.makeFolder('target')
  await addTorrent(daemon, torrentFile, target, [await listenAddress(daemon, 'seeding')], 'downloads')
  assert.equal((await failed(daemon)).error_file, join(savePath, 'data/a.bin'))
  await waitUntil('it is out of the engine', async () => (await open()).length === 0)
})
