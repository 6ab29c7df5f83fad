import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DescriptorPool } from '../../src/daemon/engine/storage/descriptor-pool.ts'
import { type Loan, ReadCache } from '../../src/daemon/engine/storage/read-cache.ts'
import { SaveFolder } from '../../src/daemon/engine/storage/save-folder.ts'
import { Storage } from '../../src/daemon/engine/storage/storage.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { file, makeTorrent, type TestFile, type TestTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { tempFolder } from './support/engine.ts'

function bytesOf(files: TestFile[]): Buffer {
  return Buffer.concat(files.map((one) => one.bytes))
}

async function writePieces(storage: Storage, { meta, files }: TestTorrent, pieces: number[]): Promise<void> {
  const all = bytesOf(files)
  await Promise.all(
    pieces.map((piece) => {
      const start = piece * meta.pieceLength
      return storage.write(start, all.subarray(start, Math.min(start + meta.pieceLength, all.length)))
    }),
  )
}

test('many files with few descriptors: never more open than allowed, every byte in its place', async (t) => {
  const folder = await tempFolder(t)
  const torrent = makeTorrent(
    Array.from({ length: 200 }, (_, i) => file(`top/d${i % 7}/f${i}`, 1000 + i * 37)),
    16384,
  )
  const pool = new DescriptorPool(3)
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, pool.size)
  }, 1)
  t.after(() => clearInterval(watch))
  const storage = new Storage(torrent.meta, torrent.id, folder, pool, [])
  await storage.prepare()
  const pieces = Array.from({ length: torrent.meta.numPieces }, (_, i) => i)
  await writePieces(storage, torrent, pieces.toReversed())
  const back = new Uint8Array(torrent.meta.totalSize)
  await storage.read(0, back)
  assert.equal(Buffer.compare(back, bytesOf(torrent.files)), 0)
  assert.ok(most <= 3, `${most} were open`)
  await storage.close()
  assert.equal(pool.size, 0)
  assert.deepEqual(await wrongFiles(folder, torrent.files), [])
})

test('an error that shows only when a file is closed to make room reaches its owner', async () => {
  const pool = new DescriptorPool(1)
  const owner = {}
  const other = {}
  const nothing = async () => {}
  // no process has so many: closing it fails as it does when a server lost what was written
  await pool.use(owner, 'a', async () => 1_000_000_000, nothing)
  const open = async () => openSync('/dev/null', 'r')
  await pool.use(other, 'b', open, nothing)
  await waitUntil('the error', () =>
    pool.use(owner, 'c', open, nothing).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'EBADF',
    ),
  )
  await pool.use(owner, 'c', open, nothing)
  await pool.closeAll(owner)
  await pool.closeAll(other)
})

test('reading what is not there is an error with the path', async (t) => {
  const folder = await tempFolder(t)
  const torrent = makeTorrent([file('top/a', 20_000), file('top/b', 20_000)], 16384)
  const storage = new Storage(torrent.meta, torrent.id, folder, new DescriptorPool(4), [])
  await storage.prepare()
  await assert.rejects(storage.read(0, new Uint8Array(10)), { code: 'ENOENT', path: join(folder, 'top/a') })
  await writeFiles(folder, [{ path: 'top/a', bytes: randomBytes(15) }])
  await assert.rejects(storage.read(10, new Uint8Array(10)), { code: 'ESHORT', path: join(folder, 'top/a') })
  await assert.rejects(storage.read(39_999, new Uint8Array(2)), RangeError)
  await assert.rejects(storage.read(-1, new Uint8Array(2)), RangeError)
  await storage.close()
})

test('the part file has the layout of libtorrent', async (t) => {
  const folder = await tempFolder(t)
  const torrent = makeTorrent([file('top/a', 20_000), file('top/b', 10_000), file('top/c', 20_000)], 16384)
  const storage = new Storage(torrent.meta, torrent.id, folder, new DescriptorPool(4), [4, 0, 4])
  await storage.prepare()
  await writePieces(storage, torrent, [1])
  await storage.close()
  const part = await readFile(join(folder, `.${torrent.id}.parts`))
  const none = 0xffffffff
  const header = [0, 4, 8, 12, 16, 20].map((at) => part.readUInt32BE(at))
  assert.deepEqual(header, [4, 16384, none, 0, none, none])
  const at = 1024 + (20_000 - 16_384)
  assert.equal(Buffer.compare(part.subarray(at, at + 10_000), torrent.files[1]!.bytes), 0)
})

test('a part file of another torrent, or garbage, is not believed', async (t) => {
  const folder = await tempFolder(t)
  const torrent = makeTorrent([file('top/a', 20_000), file('top/b', 10_000)], 16384)
  for (const bytes of [randomBytes(5000), Buffer.alloc(10), Buffer.alloc(2000)]) {
    await writeFile(join(folder, `.${torrent.id}.parts`), bytes)
    const storage = new Storage(torrent.meta, torrent.id, folder, new DescriptorPool(4), [0, 4])
    await storage.prepare()
    assert.deepEqual(storage.part.pieces(), [])
    await writePieces(storage, torrent, [1])
    assert.deepEqual(storage.part.pieces(), [1])
    await storage.close()
    await rm(join(folder, 'top'), { recursive: true })
  }
})

test('a file that becomes wanted is made with its full size; an empty part file goes with the storage', async (t) => {
  const folder = await tempFolder(t)
  const torrent = makeTorrent([file('top/a', 20_000), file('top/b', 10_000), file('top/c', 20_000)], 16384)
  const storage = new Storage(torrent.meta, torrent.id, folder, new DescriptorPool(4), [4, 0, 0])
  await storage.prepare()
  await writePieces(storage, torrent, [1])
  const parts = `.${torrent.id}.parts`
  assert.deepEqual(await readdir(folder), [parts, 'top'])
  await storage.setPriorities([4, 4, 4])
  assert.equal((await stat(join(folder, 'top/c'))).size, 20_000)
  const b = await readFile(join(folder, 'top/b'))
  assert.equal(Buffer.compare(b, torrent.files[1]!.bytes), 0)
  assert.deepEqual(await readdir(folder), [parts, 'top'], 'it stays while the storage is in use')
  const piece = new Uint8Array(16384)
  await storage.read(16384, piece)
  assert.equal(Buffer.compare(piece, bytesOf(torrent.files).subarray(16384, 32768)), 0)
  await storage.close()
  assert.deepEqual(await readdir(folder), ['top'])
})

test('an unwanted file that exists keeps its bytes to itself', async (t) => {
  const folder = await tempFolder(t)
  const torrent = makeTorrent([file('top/a', 20_000), file('top/b', 10_000)], 16384)
  await writeFiles(folder, [{ path: 'top/b', bytes: new Uint8Array(5) }])
  const storage = new Storage(torrent.meta, torrent.id, folder, new DescriptorPool(4), [4, 0])
  await storage.prepare()
  await writePieces(storage, torrent, [0, 1])
  await storage.close()
  assert.deepEqual(await wrongFiles(folder, torrent.files), [])
  assert.deepEqual(await readdir(folder), ['top'])
})

test('names that lead out of the save path are refused', async (t) => {
  const folder = await tempFolder(t)
  const save = new SaveFolder(folder)
  for (const name of ['../x', '/etc/passwd', 'a/../../x', 'a//b', '.', '..', '', 'a/./b', 'a\0b', 'a/']) {
    assert.throws(() => save.locate(name), { code: 'EOUTSIDE' }, JSON.stringify(name))
  }
  for (const name of ['a', 'a..b', '...', 'a/..b/c', '-rf', ' '])
    assert.equal(save.locate(name), join(folder, name))
})

test('symbolic links are read wherever they lead, and written through inside of the save path only', async (t) => {
  const [folder, elsewhere] = [await tempFolder(t), await tempFolder(t)]
  await mkdir(join(folder, 'real'))
  await writeFile(join(folder, 'real/x'), 'inside')
  await writeFile(join(elsewhere, 'x'), 'outside')
  await symlink('real', join(folder, 'in'))
  await symlink(join(folder, 'real/x'), join(folder, 'link'))
  await symlink(join(elsewhere, 'x'), join(folder, 'out'))
  await symlink(elsewhere, join(folder, 'away'))
  const save = new SaveFolder(folder)
  for (const [name, size] of [
    ['in/x', 6],
    ['link', 6],
    ['out', 7],
    ['away/x', 7],
  ] as const) {
    closeSync(await save.openToRead(name))
    assert.equal((await save.look(name))?.size, size, name)
  }
  for (const name of ['out', 'away/x', 'away/new/y'])
    await assert.rejects(save.openToWrite(name, false), { code: 'EOUTSIDE' }, name)
  assert.equal(await save.look('away/new/y'), null)
  await assert.rejects(save.openToRead('real'), { code: 'ENOTFILE' })
  assert.deepEqual(await readdir(elsewhere), ['x'])
})

test('the read cache keeps within its limit and does not mix torrents up', async (t) => {
  const folder = await tempFolder(t)
  const torrents = [makeTorrent([file('a', 900_000)], 262_144 * 2), makeTorrent([file('b', 900_000)], 65536)]
  const pool = new DescriptorPool(4)
  const limit = 600_000
  const cache = new ReadCache(limit)
  for (const torrent of torrents) {
    await writeFiles(folder, torrent.files)
    const storage = new Storage(torrent.meta, torrent.id, folder, pool, [])
    await storage.prepare()
    const [whole, { pieceLength, numPieces }] = [torrent.files[0]!.bytes, torrent.meta]
    for (let piece = 0; piece < numPieces; piece++) {
      const size = Math.min(pieceLength, whole.length - piece * pieceLength)
      for (const [offset, length] of [
        [0, size],
        [size - 5, 5],
        [Math.floor(size / 2) - 7, 16384 > size / 2 ? 7 : 16384],
      ] as const) {
        const start = piece * pieceLength + offset
        const { bytes, release } = await borrow(cache, storage, piece, offset, length)
        assert.equal(Buffer.compare(bytes, whole.subarray(start, start + length)), 0)
        release()
        assert.ok(cache.bytes <= limit, `${cache.bytes} bytes`)
      }
      await assert.rejects(borrow(cache, storage, piece, size - 5, 6), RangeError)
    }
    await assert.rejects(borrow(cache, storage, numPieces, 0, 1), RangeError)
    await assert.rejects(borrow(cache, storage, -1, 0, 1), RangeError)
  }
})

test('what the read cache has lent stays as it is until it is given back, whatever else is read', async (t) => {
  const folder = await tempFolder(t)
  const torrent = makeTorrent([file('a', 4_000_000)], 262_144)
  await writeFiles(folder, torrent.files)
  const storage = new Storage(torrent.meta, torrent.id, folder, new DescriptorPool(4), [])
  await storage.prepare()
  const whole = torrent.files[0]!.bytes
  const cache = new ReadCache(2 * 262_144)
  const lent: { start: number; loan: Loan }[] = []
  // more pieces than there is memory for: those behind the first two are read alone, and again; three ask at once
  for (const piece of [0, 1, 2, 3, 2, 0]) {
    const loans = [0, 16384, 100].map((offset) => borrow(cache, storage, piece, offset, 16384))
    for (const [i, loan] of (await Promise.all(loans)).entries())
      lent.push({ start: piece * 262_144 + [0, 16384, 100][i]!, loan })
    assert.ok(cache.bytes <= 2 * 262_144, `${cache.bytes} bytes`)
  }
  const right = ({ start, loan }: (typeof lent)[number]) =>
    Buffer.compare(loan.bytes, whole.subarray(start, start + 16384)) === 0
  assert.ok(lent.every(right))
  // one piece is given back, and its memory goes to another; the first one's stays
  for (const { start, loan } of lent.splice(3, 3)) {
    assert.equal(Math.floor(start / 262_144), 1)
    loan.release()
  }
  const other = await borrow(cache, storage, 5, 0, 16384)
  assert.equal(Buffer.compare(other.bytes, whole.subarray(5 * 262_144, 5 * 262_144 + 16384)), 0)
  assert.ok(lent.every(right))
  // forgotten while it is lent
  cache.drop(storage)
  const again = await borrow(cache, storage, 0, 0, 16384)
  assert.ok(right({ start: 0, loan: again }) && lent.every(right))
  for (const { loan } of lent) loan.release()
})

test('the read cache gives its memory back when nobody reads', async (t) => {
  const folder = await tempFolder(t)
  const torrent = makeTorrent([file('a', 1_000_000)], 262_144)
  await writeFiles(folder, torrent.files)
  const storage = new Storage(torrent.meta, torrent.id, folder, new DescriptorPool(4), [])
  await storage.prepare()
  t.mock.timers.enable({ apis: ['setInterval'] })
  const cache = new ReadCache(1 << 20)
  const loan = await borrow(cache, storage, 0, 0, 16384)
  ;(await borrow(cache, storage, 1, 0, 16384)).release()
  assert.equal(cache.bytes, 2 * 262_144)
  t.mock.timers.tick(10_000)
  assert.equal(cache.bytes, 2 * 262_144, 'what was used just now stays')
  t.mock.timers.tick(10_000)
  assert.equal(cache.bytes, 262_144, 'what is lent stays')
  loan.release()
  t.mock.timers.tick(20_000)
  assert.equal(cache.bytes, 0)
})

test('a read that fails fails for all who wait, and is tried again for the next', async (t) => {
  const folder = await tempFolder(t)
  const torrent = makeTorrent([file('a', 500_000)], 262_144)
  const storage = new Storage(torrent.meta, torrent.id, folder, new DescriptorPool(4), [])
  await storage.prepare()
  const cache = new ReadCache(1 << 20)
  const failed = [0, 16384].map((offset) => borrow(cache, storage, 0, offset, 16384))
  for (const one of failed) await assert.rejects(one, { code: 'ENOENT' })
  await writeFiles(folder, torrent.files)
  const { bytes } = await borrow(cache, storage, 0, 0, 16384)
  assert.equal(Buffer.compare(bytes, torrent.files[0]!.bytes.subarray(0, 16384)), 0)
})

/** A part of a piece, lent by the cache. */
function borrow(
  cache: ReadCache,
  storage: Storage,
  piece: number,
  offset: number,
  length: number,
): Promise<Loan> {
  return new Promise((resolve, reject) => {
    cache.read(storage, piece, offset, length, (error, loan) => {
      if (loan === undefined) reject(error)
      else resolve(loan)
    })
  })
}
