// torrents.create: the bytes of a torrent file for what lies on disk.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Metainfo, parseTorrent } from '../../../src/metainfo/index.ts'
import { bytes, writeFiles } from '../../helpers/data.ts'
import { failing, type LuaFolder, luaFolder } from '../support/lua.ts'

/** Runs torrents.create with the options as Lua text and reads its result. */
async function create(lua: LuaFolder, options: string): Promise<Metainfo> {
  await lua.lines(`
    local file = assert(io.open("out.torrent", "wb"))
    file:write(require("torrents").create{${options}})
    file:close()`)
  return parseTorrent(await readFile(join(lua.path, 'out.torrent')))
}

const paths = (torrent: Metainfo) => torrent.files.map(({ path, size }) => `${path} ${size}`)

/** SHA-1 of each piece of the given bytes. */
function pieceHashes(content: Uint8Array, pieceLength: number): Buffer {
  const hashes: Buffer[] = []
  for (let at = 0; at < content.length; at += pieceLength) {
    hashes.push(
      createHash('sha1')
        .update(content.subarray(at, at + pieceLength))
        .digest(),
    )
  }
  return Buffer.concat(hashes)
}

async function folder(t: TestContext, files: Record<string, Uint8Array | number>): Promise<LuaFolder> {
  const lua = await luaFolder(t)
  await mkdir(join(lua.path, 'data'))
  await writeFiles(join(lua.path, 'data'), files)
  return lua
}

test('a folder is taken whole, in byte order, with its hashes right', async (t) => {
  const files: Record<string, Uint8Array> = {
    'Z.bin': bytes(100_000, 1),
    'a/b.bin': bytes(70_000, 2),
    'a.bin': bytes(3, 3),
    '.hidden': bytes(5, 4),
    '.DS_Store': bytes(6, 5),
    'Thumbs.db': bytes(7, 6),
    empty: new Uint8Array(),
    'what: "is" this? <ü> *|.bin': bytes(10, 7),
    'a/.git/x': bytes(1, 8),
  }
  const lua = await folder(t, files)
  const torrent = await create(lua, 'path = "data", piece_size = 16384')
  const order = ['.DS_Store', '.hidden', 'Thumbs.db', 'Z.bin', 'a/.git/x', 'a/b.bin', 'a.bin', 'empty']
  order.push('what: "is" this? <ü> *|.bin')
  assert.deepEqual(
    paths(torrent),
    order.map((name) => `data/${name} ${files[name]?.length}`),
  )
  const content = Buffer.concat(order.map((name) => files[name] as Uint8Array))
  assert.deepEqual(Buffer.from(torrent.pieceHashes), pieceHashes(content, 16384))
  assert.equal(torrent.name, 'data')
  assert.deepEqual(torrent.trackers, [])
  assert.equal(torrent.private, false)
  assert.equal(torrent.comment, '')
  assert.deepEqual(torrent.webSeeds, [])
  // The same folder gives the same torrent.
  assert.deepEqual((await create(lua, 'path = "data/", piece_size = 16384')).infoHash, torrent.infoHash)
})

test('a single file has its own name, a folder with one file stays a folder', async (t) => {
  const lua = await folder(t, { '.only one': 40_000 })
  const single = await create(lua, 'path = "data/.only one"')
  assert.equal(single.multiFile, false)
  assert.deepEqual(paths(single), ['.only one 40000'])
  const one = await create(lua, 'path = "data", comment = "c"')
  assert.equal(one.multiFile, true)
  assert.equal(one.comment, 'c')
  assert.deepEqual(paths(one), ['data/.only one 40000'])
  assert.deepEqual(one.pieceHashes, single.pieceHashes)
  assert.deepEqual(Buffer.from(one.pieceHashes), pieceHashes(bytes(40_000, 1), one.pieceLength))
})

test('trackers, tiers, web seeds, comment, creator and private are kept', async (t) => {
  const lua = await folder(t, { x: 5 })
  const flat = await create(lua, 'path = "data/x", trackers = {"http://a/announce", "udp://b:1"}')
  assert.deepEqual(flat.trackers, [
    { url: 'http://a/announce', tier: 0 },
    { url: 'udp://b:1', tier: 1 },
  ])
  const full = await create(
    lua,
    `path = "data/x", trackers = {{"http://a/announce", "udp://b:1"}, {"http://c/announce"}}, comment = "ü \\n",
     creator = "me", private = true, web_seeds = {"http://w/"}`,
  )
  assert.deepEqual(
    full.trackers.map(({ tier }) => tier),
    [0, 0, 1],
  )
  assert.equal(full.comment, 'ü \n')
  assert.equal(full.creator, 'me')
  assert.equal(full.private, true)
  assert.deepEqual(full.webSeeds, ['http://w/'])
  const open = await create(lua, 'path = "data/x", private = false')
  assert.equal(open.infoHash[0], flat.infoHash[0])
})

test('links are followed, and a size that is left out makes a fair number of pieces', async (t) => {
  const lua = await folder(t, { 'real/x': 100 })
  await symlink('real', join(lua.path, 'data/link'))
  assert.deepEqual(paths(await create(lua, 'path = "data"')), ['data/link/x 100', 'data/real/x 100'])
  await writeFile(join(lua.path, 'large'), Buffer.alloc(60 * 1024 * 1024))
  const large = await create(lua, 'path = "large"')
  assert.equal(large.pieceLength, 65536)
  assert.equal(large.numPieces, 960)
})

test('what cannot be made is an error that names the path or the option', async (t) => {
  const lua = await folder(t, { 'ok/x': 5, 'none/empty': 0, 'secret/x': 5 })
  await mkdir(join(lua.path, 'data/nothing'))
  await mkdir(join(lua.path, 'data/loop'))
  await symlink('.', join(lua.path, 'data/loop/up'))
  await mkdir(join(lua.path, 'data/bytes'))
  await writeFile(Buffer.concat([Buffer.from(join(lua.path, 'data/bytes/')), Buffer.from([0xff, 0x78])]), 'x')
  await mkdir(join(lua.path, 'data/broken'))
  await symlink('gone', join(lua.path, 'data/broken/link'))
  const lines = await lua.lines(`${failing}
    local create = require("torrents").create
    for _, name in ipairs{"gone", "nothing", "none", "loop", "bytes", "broken"} do failing(create, {path = "data/" .. name}) end
    failing(create, {path = "/dev/null"})
    failing(create, {})
    failing(create)
    failing(create, {path = "data/ok", piece_size = 20000})
    failing(create, {path = "data/ok", piece_size = 1024})
    failing(create, {path = "data/ok", peice_size = 16384})
    failing(create, {path = "data/ok", trackers = "http://x"})
    failing(create, {path = "data/ok", trackers = {{true}}})
    failing(create, {path = "data/ok", private = 1})
    failing(create, {path = "data/ok", comment = "\\xff"})`)
  const data = join(lua.path, 'data')
  assert.deepEqual(lines, [
    `${data}/gone: No such file or directory`,
    `${data}/nothing: there are no files in it`,
    `${data}/none: there are no bytes to share in it`,
    `${data}/loop/up: this link leads back to a folder above it`,
    `${data}/bytes/\ufffdx: the file name is not UTF-8`,
    `${data}/broken/link: No such file or directory`,
    '/dev/null: neither a file nor a folder',
    "torrents.create needs a path: torrents.create{path = 'folder'}",
    "bad argument #1 to 'torrents.create' (table expected, got no value)",
    "bad argument #1 to 'torrents.create' (field 'piece_size': a power of two expected, got 20000)",
    "bad argument #1 to 'torrents.create' (field 'piece_size': 16384 to 134217728 expected, got 1024)",
    "bad argument #1 to 'torrents.create' (unknown field 'peice_size'; did you mean 'piece_size'?)",
    "bad argument #1 to 'torrents.create' (field 'trackers': table expected, got string)",
    "bad argument #1 to 'torrents.create' (field 'trackers': string expected, got boolean at [1] at [1])",
    "bad argument #1 to 'torrents.create' (field 'private': boolean expected, got number)",
    "bad argument #1 to 'torrents.create' (field 'comment': text in UTF-8 expected, got other bytes)",
  ])
})

test('a file that fails while it is read is named', async (t) => {
  const lua = await folder(t, { 'a/x': 5, 'b/x': 5 })
  // A regular file for stat, and an error for read, whoever asks.
  await symlink('/proc/self/mem', join(lua.path, 'data/b/y'))
  const [line] = await lua.lines(`print(pcall(require("torrents").create, {path = "data"}))`)
  assert.equal(line, `false\t${join(lua.path, 'data/b/y')}: Input/output error`)
})
