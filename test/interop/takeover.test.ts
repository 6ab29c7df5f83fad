// Folders change hands: what one client made, the other one finds complete, with nothing to download.

import assert from 'node:assert/strict'
import { lstat, mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { before, describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DescriptorPool } from '../../src/daemon/engine/storage/descriptor-pool.ts'
import { removeFiles } from '../../src/daemon/engine/storage/remove-files.ts'
import { Storage } from '../../src/daemon/engine/storage/storage.ts'
import { countBits } from '../../src/metainfo/bits.ts'
import { startEngine, task } from '../engine/support/engine.ts'
import { sha256 } from '../helpers/data.ts'
import { run } from '../helpers/program.ts'
import { transmission } from './clients/transmission.ts'
import { installPeers, python } from './debian.ts'
import {
  hostileEntries,
  linkEntries,
  type MadeTorrent,
  madeTorrent,
  oddEntries,
  paddedEntries,
} from './strange.ts'

before(() => installPeers(), { timeout: 300_000 })

/** A torrent on disk, and a folder each for what we and another client make of it. */
interface Place {
  made: MadeTorrent
  torrentFile: string
  ours: string
  theirs: string
}

async function place(t: TestContext, made: MadeTorrent): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-takeover-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')]
  await mkdir(ours)
  await mkdir(theirs)
  const torrentFile = join(folder, 'a.torrent')
  await writeFile(torrentFile, made.torrent)
  await writeFile(join(folder, 'data'), made.data)
  return { made, torrentFile, ours, theirs }
}

/** Has our storage write everything that is wanted. */
async function makeOurs({ made, ours }: Place, priorities: number[] = []): Promise<void> {
  const { meta, id, data } = made
  const storage = new Storage(meta, id, ours, new DescriptorPool(10), priorities)
  await storage.prepare()
  for (let piece = 0; piece < meta.numPieces; piece++) {
    const start = piece * meta.pieceLength
    const end = Math.min(start + meta.pieceLength, data.length)
    const wanted = meta.files.some(
      ({ offset, size, pad }, index) =>
        priorities[index] !== 0 && !pad && offset < end && offset + size > start,
    )
    if (wanted) await storage.write(start, data.subarray(start, end))
  }
  await storage.createEmptyFiles()
  await storage.close()
}

async function libtorrent(
  action: 'make' | 'check' | 'remove',
  { torrentFile }: Place,
  folder: string,
  ...more: string[]
): Promise<{ have: string; finished: boolean }> {
  const script = fileURLToPath(new URL('clients/libtorrent_storage.py', import.meta.url))
  const { code, out, stderr } = await run(python, [script, action, torrentFile, folder, ...more])
  assert.equal(code, 0, stderr)
  return JSON.parse(out) as { have: string; finished: boolean }
}

const dataFile = ({ torrentFile }: Place) => join(torrentFile, '..', 'data')

/** Everything below a folder: what it is, whether it is executable, and its content. */
async function tree(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  // names that are no UTF-8 must not become equal
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path)
    const stats = await lstat(path)
    if (stats.isSymbolicLink()) found[name] = `link to ${await readlink(path)}`
    else if (stats.isDirectory()) found[name] = 'folder'
    else found[name] = `${(stats.mode & 0o100) !== 0 ? 'program' : 'file'} ${await sha256(path)}`
  }
  return found
}

/** Loads the folder with our engine: everything is there and nothing comes from elsewhere. */
async function weTakeOver(t: TestContext, { made }: Place, folder: string): Promise<void> {
  const engine = startEngine(t)
  await engine.load(task(made.id, folder, { torrentFile: made.torrent }))
  const report = await engine.until(made.id, 'is checked', ({ phase }) => phase === 'running')
  assert.equal(countBits(report.have!, made.meta.numPieces), made.meta.numPieces)
  assert.equal(report.payloadDownload, 0)
  assert.equal(report.error, null)
}

const kinds: [string, () => MadeTorrent][] = [
  ['a single file', () => madeTorrent('single: file?.bin', 100_000)],
  ['odd names', () => madeTorrent('odd: top? ', oddEntries)],
  ['pad files', () => madeTorrent('padded', paddedEntries)],
  ['links', () => madeTorrent('links', linkEntries)],
  ['hostile names', () => madeTorrent('hostile', hostileEntries)],
  ['a hostile top folder', () => madeTorrent('../top', oddEntries.slice(0, 3))],
  ['a top folder that is none', () => madeTorrent('..', oddEntries.slice(0, 3))],
  ['a hostile single file', () => madeTorrent('/etc/passwd', 20_000)],
]

for (const [title, make] of kinds) {
  test(`libtorrent and porla-lua make the same of ${title}, and take it over from each other`, async (t) => {
    const here = await place(t, make())
    await makeOurs(here)
    const written = await libtorrent('make', here, here.theirs, dataFile(here))
    assert.ok(written.finished)
    const ours = await tree(here.ours)
    assert.deepEqual(ours, await tree(here.theirs))
    await weTakeOver(t, here, here.theirs)
    assert.doesNotMatch((await libtorrent('check', here, here.ours)).have, /0/)
    // neither of them changed anything
    assert.deepEqual(await tree(here.ours), ours)
    assert.deepEqual(await tree(here.theirs), ours)
  })
}

describe('part files', () => {
  const entries: [string[], number][] = [
    [['a'], 40_000],
    [['unwanted'], 50_000],
    [['b'], 40_000],
    [['small unwanted'], 100],
    [['c'], 10],
  ]
  const priorities = [4, 0, 4, 0, 4]

  test('the same bytes are kept aside, and used by the other client', async (t) => {
    const here = await place(t, madeTorrent('parts', entries))
    await makeOurs(here, priorities)
    const list = JSON.stringify(priorities)
    const theirs = await libtorrent('make', here, here.theirs, dataFile(here), list)
    const names = ['parts', 'parts/a', 'parts/b', 'parts/c', `.${here.made.id}.parts`].sort()
    assert.deepEqual(Object.keys(await tree(here.ours)).sort(), names)
    assert.deepEqual(Object.keys(await tree(here.theirs)).sort(), names)

    const engine = startEngine(t)
    await engine.load(
      task(here.made.id, here.theirs, { torrentFile: here.made.torrent, filePriorities: priorities }),
    )
    const report = await engine.until(here.made.id, 'is checked', ({ phase }) => phase === 'running')
    const have = [...theirs.have].filter((piece) => piece === '1').length
    assert.equal(countBits(report.have!, here.made.meta.numPieces), have)

    const found = await libtorrent('check', here, here.ours, list)
    assert.equal(found.have, theirs.have)
  })
})

test('removal leaves the same behind as libtorrent: what is not the torrent’s', async (t) => {
  const here = await place(t, madeTorrent('removed', oddEntries))
  await makeOurs(here)
  await libtorrent('make', here, here.theirs, dataFile(here))
  const left = { 'removed/foreign': 'x', 'removed/a/b/foreign too': 'y', beside: 'z' }
  for (const folder of [here.ours, here.theirs]) {
    for (const [name, content] of Object.entries(left)) await writeFile(join(folder, name), content)
  }
  await removeFiles(here.made.meta.files, here.made.id, here.ours)
  await libtorrent('remove', here, here.theirs)
  const ours = await tree(here.ours)
  assert.deepEqual(
    Object.keys(ours).sort(),
    [...Object.keys(left), 'removed', 'removed/a', 'removed/a/b'].sort(),
  )
  assert.deepEqual(await tree(here.theirs), ours)
})

describe('Transmission', { concurrency: 2 }, () => {
  // it writes '_' for characters that Windows refuses, and cuts dots and spaces at the end, so those it must not meet
  const entries = oddEntries.filter(([path]) =>
    path.every((element) => !/[:?*"<>|\\\n]|[. ]$|^ /.test(String(element))),
  )

  test('takes over a folder from porla-lua', { timeout: 90_000 }, async (t) => {
    const here = await place(t, madeTorrent('ours', entries))
    await makeOurs(here)
    // `seed` waits until it has found everything
    await transmission.start(t, { role: 'seed', torrentFile: here.torrentFile, folder: here.ours })
  })

  test('leaves a folder that porla-lua takes over', { timeout: 90_000 }, async (t) => {
    const here = await place(t, madeTorrent('theirs', [...entries, ...paddedEntries]))
    await makeOurs(here)
    const seeder = startEngine(t, {}, 'seeder')
    await seeder.load(task(here.made.id, here.ours, { torrentFile: here.made.torrent }))
    const peer = await transmission.start(t, {
      role: 'download',
      torrentFile: here.torrentFile,
      folder: here.theirs,
    })
    await seeder.call('addPeer', { id: here.made.id, address: peer.address })
    await peer.done(60_000)
    await peer.end()
    await seeder.unload(here.made.id)
    await weTakeOver(t, here, here.theirs)
  })
})
