import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Move, moveFiles } from '../../src/daemon/engine/storage/move-files.ts'
import { asideName, probeName, waitingName } from '../../src/daemon/engine/storage/moving-name.ts'
import { file, makeTorrent, type TestTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { startEngine, tempFolder, until } from './support/engine.ts'

/** As a rename does between two mounts. */
const exdev = async () => {
  throw Object.assign(new Error('cross-device link not permitted'), { code: 'EXDEV', errno: -18 })
}

const small = () =>
  makeTorrent([file('top/a', 50_000), file('top/sub/b', 70_000), file('top/sub/c', 0)], 16384)

function moveOf(torrent: TestTorrent, from: string, to: string): Move {
  return { files: torrent.meta.files, infoHash: torrent.id, from, to, claimed: () => true }
}

/** Every file below a folder. */
async function names(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

interface Setup {
  torrent: TestTorrent
  from: string
  to: string
  part: string
}

/** A torrent on disk, with a part file and a foreign file beside it. */
async function setUp(t: TestContext, torrent = small(), target?: string): Promise<Setup> {
  const folder = await tempFolder(t)
  const from = join(folder, 'from')
  await writeFiles(from, torrent.files)
  const part = `.${torrent.id}.parts`
  await writeFile(join(from, part), 'part')
  return { torrent, from, to: target ?? join(folder, 'new', 'to'), part }
}

/** A folder on another device than the temporary one; null when this machine has none. */
async function otherDevice(t: TestContext): Promise<string | null> {
  if (!existsSync('/dev/shm')) return null
  const path = await mkdtemp('/dev/shm/porla-move-')
  t.after(() => rm(path, { recursive: true, force: true }))
  return (await stat(path)).dev === (await stat(await tempFolder(t))).dev ? null : path
}

async function assertMoved({ torrent, from, to, part }: Setup): Promise<void> {
  assert.deepEqual(await wrongFiles(to, torrent.files), [])
  assert.equal(await readFile(join(to, part), 'utf8'), 'part')
  assert.deepEqual(await names(from), [])
  assert.equal(existsSync(join(from, 'top')), false, 'the old top folder goes')
  assert.ok(existsSync(from), 'the old save path stays')
  const own = (await names(to)).filter((name) => name.includes('.mov'))
  assert.deepEqual(own, [], 'no file of the move itself is left')
}

async function assertUnmoved({ torrent, from, part }: Setup): Promise<void> {
  assert.deepEqual(await wrongFiles(from, torrent.files), [])
  assert.equal(await readFile(join(from, part), 'utf8'), 'part')
}

test('files are renamed within a device, and the new folder is made', async (t) => {
  const setup = await setUp(t)
  const { ino } = await stat(join(setup.from, 'top/a'))
  assert.equal(await moveFiles(moveOf(setup.torrent, setup.from, setup.to)), null)
  await assertMoved(setup)
  assert.equal((await stat(join(setup.to, 'top/a'))).ino, ino)
})

test('files are copied to another device', async (t) => {
  const setup = await setUp(t, small(), (await otherDevice(t)) ?? undefined)
  await chmod(join(setup.from, 'top/a'), 0o640)
  const before = await stat(join(setup.from, 'top/a'))
  assert.equal(await moveFiles(moveOf(setup.torrent, setup.from, setup.to)), null)
  await assertMoved(setup)
  const after = await stat(join(setup.to, 'top/a'))
  assert.equal(after.mode, before.mode)
  // microseconds, as far as a number of milliseconds holds them
  assert.ok(Math.abs(after.mtimeMs - before.mtimeMs) < 0.002, `${after.mtimeMs} for ${before.mtimeMs}`)
})

test('a name that a try left behind while it looked at the other device goes', async (t) => {
  const device = await otherDevice(t)
  const setup = await setUp(t, small(), device ?? undefined)
  const left = probeName(setup.torrent.id)
  await mkdir(join(setup.to, 'top/sub'), { recursive: true })
  // within a device nothing is tried
  if (device !== null)
    for (const folder of ['.', 'top', 'top/sub']) await writeFile(join(setup.to, folder, left), '')
  const foreign = probeName('0'.repeat(40))
  await writeFile(join(setup.to, foreign), '')
  await moveFiles(moveOf(setup.torrent, setup.from, setup.to))
  await rm(join(setup.to, foreign))
  await assertMoved(setup)
})

test('files are copied when a rename is refused between two mounts of a device', async (t) => {
  const setup = await setUp(t)
  assert.equal(await moveFiles(moveOf(setup.torrent, setup.from, setup.to), exdev), null)
  await assertMoved(setup)
})

test('holes stay holes in a copy', async (t) => {
  const torrent = makeTorrent([{ path: 'sparse', bytes: Buffer.alloc(8 << 20) }], 1 << 20)
  const setup = await setUp(t, torrent)
  await moveFiles(moveOf(torrent, setup.from, setup.to), exdev)
  await assertMoved(setup)
  assert.ok((await stat(join(setup.to, 'sparse'))).blocks * 512 < 1 << 20)
})

for (const [how, renameFile] of [
  ['renamed', rename],
  ['copied', exdev],
] as const) {
  test(`files that are ${how} replace those of their names, and foreign ones stay`, async (t) => {
    const setup = await setUp(t)
    await mkdir(join(setup.to, 'top/sub'), { recursive: true })
    await writeFile(join(setup.to, 'top/a'), 'another')
    await writeFile(join(setup.to, 'top/foreign'), 'theirs')
    await writeFile(join(setup.from, 'top/foreign'), 'ours')
    await moveFiles(moveOf(setup.torrent, setup.from, setup.to), renameFile)
    assert.deepEqual(await wrongFiles(setup.to, setup.torrent.files), [])
    assert.equal(await readFile(join(setup.to, 'top/foreign'), 'utf8'), 'theirs')
    assert.deepEqual(await names(setup.from), ['top/foreign'])
    assert.equal(existsSync(join(setup.from, 'top/sub')), false)
  })

  test(`a target that is a folder stops files from being ${how}, and nothing has changed`, async (t) => {
    const setup = await setUp(t)
    await mkdir(join(setup.to, 'top/sub/b/in the way'), { recursive: true })
    await assert.rejects(moveFiles(moveOf(setup.torrent, setup.from, setup.to), renameFile), {
      code: 'EISDIR',
      path: join(setup.to, 'top/sub/b'),
    })
    await assertUnmoved(setup)
    assert.deepEqual(await names(setup.to), [])
  })

  test(`files that are ${how} are put back when a later one fails`, async (t) => {
    const setup = await setUp(t)
    let calls = 0
    const failing = async (from: string, to: string) => {
      if (++calls === 3) throw Object.assign(new Error('no space left'), { code: 'ENOSPC', errno: -28 })
      await renameFile(from, to)
    }
    await assert.rejects(moveFiles(moveOf(setup.torrent, setup.from, setup.to), failing), {
      code: 'ENOSPC',
      message: /no space left/,
    })
    await assertUnmoved(setup)
    assert.equal(existsSync(setup.to), false, 'folders that were made go again')
  })

  test(`a move that was cut off is completed: what is missing is ${how}`, async (t) => {
    const setup = await setUp(t)
    await mkdir(join(setup.to, 'top'), { recursive: true })
    await rename(join(setup.from, 'top/a'), join(setup.to, 'top/a'))
    // an unfinished copy, and an old file that was about to be deleted
    await mkdir(join(setup.to, 'top/sub'))
    if (renameFile === exdev)
      await writeFile(join(setup.to, waitingName('top/sub/b', setup.torrent.id, 1)), 'half')
    await writeFile(join(setup.from, asideName('top/a', setup.torrent.id, 0)), 'old')
    await moveFiles(moveOf(setup.torrent, setup.from, setup.to), renameFile)
    await assertMoved(setup)
  })
}

test('an old file that was set aside and is the only one comes back', async (t) => {
  const setup = await setUp(t)
  const aside = join(setup.from, asideName('top/a', setup.torrent.id, 0))
  await rename(join(setup.from, 'top/a'), aside)
  await moveFiles(moveOf(setup.torrent, setup.from, setup.to))
  await assertMoved(setup)
})

test('a folder that is reached in two ways loses nothing', async (t) => {
  const setup = await setUp(t)
  await symlink(setup.from, join(setup.from, '..', 'alias'))
  for (const renameFile of [rename, exdev]) {
    await moveFiles(moveOf(setup.torrent, setup.from, join(setup.from, '..', 'alias')), renameFile)
    await assertUnmoved(setup)
  }
})

test('hard links of the same file are moved too', async (t) => {
  const setup = await setUp(t)
  await mkdir(join(setup.to, 'top'), { recursive: true })
  await link(join(setup.from, 'top/a'), join(setup.to, 'top/a'))
  await moveFiles(moveOf(setup.torrent, setup.from, setup.to))
  await assertMoved(setup)
})

test('a target folder that leads out of the new save path is refused', async (t) => {
  const setup = await setUp(t)
  const elsewhere = await tempFolder(t)
  await mkdir(setup.to, { recursive: true })
  await symlink(elsewhere, join(setup.to, 'top'))
  await assert.rejects(moveFiles(moveOf(setup.torrent, setup.from, setup.to)), { code: 'EOUTSIDE' })
  await assertUnmoved(setup)
  assert.deepEqual(await readdir(elsewhere), [])
})

test('a save path below a file is refused by its name', async (t) => {
  const setup = await setUp(t)
  const blocked = join(setup.from, '..', 'blocked')
  await writeFile(blocked, '')
  await assert.rejects(moveFiles(moveOf(setup.torrent, setup.from, join(blocked, 'to'))), {
    code: 'ENOTDIR',
    message: /blocked\/to/,
  })
  await assertUnmoved(setup)
})

test('a move into the torrent itself that would overwrite one of its files is refused', async (t) => {
  const torrent = makeTorrent([file('top/x', 10_000), file('top/top/x', 20_000)], 16384)
  const setup = await setUp(t, torrent)
  await assert.rejects(moveFiles(moveOf(torrent, setup.from, join(setup.from, 'top'))), { code: 'EINVAL' })
  await assertUnmoved(setup)
})

test('without files the folder is made anyway', async (t) => {
  const torrent = small()
  const folder = await tempFolder(t)
  await moveFiles(moveOf(torrent, join(folder, 'nowhere'), join(folder, 'to')))
  assert.deepEqual(await readdir(folder), ['to'])
  assert.deepEqual(await readdir(join(folder, 'to')), [])
})

test('two thousand files move in a moment, within a device and to another', async (t) => {
  const files = Array.from({ length: 2000 }, (_, i) => file(`top/${i % 40}/${i}`, 200))
  const torrent = makeTorrent(files, 16384)
  const setup = await setUp(t, torrent)
  await moveFiles(moveOf(torrent, setup.from, setup.to))
  await assertMoved(setup)
  const back = { ...setup, from: setup.to, to: (await otherDevice(t)) ?? join(setup.to, '..', 'again') }
  await moveFiles(moveOf(torrent, back.from, back.to), exdev)
  await assertMoved(back)
})

test('a host that is killed in the middle of a copy leaves every byte, and the next one completes it', async (t) => {
  const target = await otherDevice(t)
  assert.ok(target, 'this test needs /dev/shm on another device than the temporary folder')
  const torrent = makeTorrent(
    [file('top/a', 60 << 20), file('top/b', 100 << 20), file('top/c', 1000)],
    1 << 20,
  )
  const setup = await setUp(t, torrent, target)
  const engine = startEngine(t)
  const task = { torrentFile: torrent.bytes, from: setup.from, to: target, have: null }
  const first = engine.call('moveFiles', task).then(
    () => 'moved',
    (error: Error) => error.message,
  )
  const waiting = join(target, waitingName('top/b', torrent.id, 1))
  await until(
    async () => ((await stat(waiting).catch(() => null))?.size ?? 0) > 1 << 20,
    'a copy is under way',
  )
  process.kill(engine.state.pid!, 'SIGKILL')
  assert.match(await first, /not available/)
  await assertUnmoved(setup)
  assert.equal(existsSync(join(target, 'top/b')), false, 'half a copy does not get its name')
  await until(() => engine.state.state === 'running', 'there is a new host')
  await engine.call('moveFiles', task)
  await assertMoved(setup)
})

test('a host moves no files that are in use, and says which file cannot be moved', async (t) => {
  const setup = await setUp(t)
  const engine = startEngine(t)
  await mkdir(join(setup.to, 'top/a'), { recursive: true })
  const task = { torrentFile: setup.torrent.bytes, from: setup.from, to: setup.to, have: null }
  await assert.rejects(engine.call('moveFiles', task), {
    message: /top\/a/,
    data: { path: join(setup.to, 'top/a'), errno: 'EISDIR' },
  })
  await assertUnmoved(setup)
})
