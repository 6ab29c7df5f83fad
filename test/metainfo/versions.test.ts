import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bencode, parseTorrent } from '../../src/metainfo/index.ts'
import { digest, latin1, leaf, type Members, torrent, v1Info } from './build.ts'

const tree: Members = { a: leaf(20000), d: { b: leaf(5), empty: leaf(0) } }
const v2: Members = { name: 't', 'piece length': 16384, 'meta version': 2, 'file tree': tree }
const pad = (size: number): [string[], number, Members] => [['.pad', `${size}`], size, { attr: 'p' }]
const withPads = v1Info([[['a'], 20000], pad(12768), [['d', 'b'], 5], pad(16379), [['d', 'empty'], 0]])
const shown = [
  ['t/a', 20000, 0, false],
  ['t/.pad/12768', 12768, 20000, true],
  ['t/d/b', 5, 32768, false],
  ['t/.pad/16379', 16379, 32773, true],
  ['t/d/empty', 0, 49152, false],
]

function list(bytes: Uint8Array) {
  return parseTorrent(bytes).files.map(({ path, size, offset, pad }) => [path, size, offset, pad])
}

test('a v2-only torrent shows its names and sizes, padded as in libtorrent, and has no v1 hash', () => {
  const bytes = torrent(v2)
  const metainfo = parseTorrent(bytes)
  assert.deepEqual(list(bytes), shown)
  assert.deepEqual(metainfo.infoHash, [null, digest('sha256', bencode(v2))])
  assert.deepEqual(
    [
      metainfo.version,
      metainfo.multiFile,
      metainfo.totalSize,
      metainfo.numPieces,
      metainfo.pieceHashes.length,
    ],
    ['v2', true, 49152, 3, 0],
  )
})

test('a lone file in a tree is named by its key and lies in no folder', () => {
  const { name, multiFile, files } = parseTorrent(torrent({ ...v2, 'file tree': { 'f.bin': leaf(16384) } }))
  assert.deepEqual([name, multiFile, files.map(({ path }) => path)], ['f.bin', false, ['f.bin']])
})

test('a hybrid has both hashes, and pieces of the v1 part', () => {
  const hybrid = { ...withPads, ...v2 }
  const bytes = torrent(hybrid)
  const metainfo = parseTorrent(bytes)
  assert.deepEqual(list(bytes), shown)
  const info = bencode(hybrid)
  assert.deepEqual(metainfo.infoHash, [digest('sha1', info), digest('sha256', info)])
  assert.deepEqual([metainfo.version, metainfo.numPieces, metainfo.pieceHashes.length], ['hybrid', 3, 60])
})

test('a hybrid may leave out the padding behind its last file', () => {
  const files = v1Info([[['a'], 20000], pad(12768), [['d', 'b'], 5], [['d', 'empty'], 0]])
  const bytes = torrent({ ...files, ...v2 })
  assert.deepEqual(list(bytes), [...shown.slice(0, 3), ['t/d/empty', 0, 32773, false]])
  assert.equal(parseTorrent(bytes).numPieces, 3)
})

test('a hybrid of one file', () => {
  const { name, files, infoHash, multiFile } = parseTorrent(
    torrent({
      name: 'f',
      'piece length': 16384,
      pieces: Buffer.alloc(40, 'h'),
      length: 20000,
      'meta version': 2,
      'file tree': { f: leaf(20000) },
    }),
  )
  assert.deepEqual([name, files.length, files[0]?.path, multiFile], ['f', 1, 'f', false])
  assert.ok(infoHash[0] !== null && infoHash[1] !== null)
})

const root = Buffer.alloc(32, 'r')
const layers = (layer: Members) => torrent(v2, { 'piece layers': layer })
const refused: [what: string, input: Uint8Array, message: string, kind?: 'unsupported'][] = [
  [
    'meta version 3',
    torrent({ ...v2, 'meta version': 3 }),
    'the torrent file has an unknown meta version',
    'unsupported',
  ],
  ['no file tree', torrent({ ...v2, 'file tree': undefined }), 'the v2 torrent file has no file tree'],
  [
    'a file tree without a version',
    torrent({ ...v2, 'meta version': undefined }),
    'the torrent contains v2 keys but does not specify meta version 2',
  ],
  [
    'a piece length of 16385',
    torrent({ ...v2, 'piece length': 16385 }),
    "invalid or missing 'piece length' entry in torrent file",
  ],
  [
    'a piece length of 8192',
    torrent({ ...v2, 'piece length': 8192 }),
    "invalid or missing 'piece length' entry in torrent file",
  ],
  ['keys out of order', latin1('d4:infod4:name1:a12:meta versioni2eee'), 'invalid bencoding'],
  [
    'a file without a root',
    torrent({ ...v2, 'file tree': { a: leaf(5, { 'pieces root': undefined }) } }),
    'a v2 file entry has no root hash',
  ],
  [
    'a root of zeros',
    torrent({ ...v2, 'file tree': { a: leaf(5, { 'pieces root': Buffer.alloc(32) }) } }),
    'a v2 file entry has no root hash',
  ],
  [
    'a pad file in the tree',
    torrent({ ...v2, 'file tree': { a: leaf(5, { attr: 'p' }) } }),
    'a file in the v2 metadata has the pad attribute set',
  ],
  ['an empty tree', torrent({ ...v2, 'file tree': {} }), 'no files in torrent'],
  ['a tree of numbers', torrent({ ...v2, 'file tree': { a: 1 } }), 'failed to parse files from torrent file'],
  ['a lone file ".."', torrent({ ...v2, 'file tree': { '..': leaf(5) } }), 'missing name in torrent file'],
  [
    'two lists that differ',
    torrent({
      ...v1Info([[['a'], 20000], pad(12768), [['d', 'c'], 5], pad(16379), [['d', 'empty'], 0]]),
      ...v2,
    }),
    'the v1 and v2 file metadata does not match',
  ],
  [
    'two lists whose files start elsewhere',
    torrent({
      ...v1Info([[['a'], 20000], pad(12767), [['d', 'b'], 5], pad(16380), [['d', 'empty'], 0]]),
      ...v2,
    }),
    'the v1 and v2 file metadata does not match',
  ],
  [
    'a hybrid without v1 hashes',
    torrent({ ...withPads, ...v2, pieces: undefined }),
    "invalid or missing 'pieces' entry in torrent file",
  ],
  [
    'a layer of the wrong length',
    layers({ [root.toString()]: Buffer.alloc(32) }),
    'a piece layer is invalid',
  ],
  ['a layer under a short key', layers({ x: Buffer.alloc(32) }), 'a piece layer is invalid'],
]
for (const [what, input, message, kind = 'invalid'] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(() => parseTorrent(input), { name: 'MetainfoError', kind, message })
  })
}

test('sound piece layers pass', () => {
  assert.equal(parseTorrent(layers({ [root.toString()]: Buffer.alloc(64) })).version, 'v2')
})

test('no path of a tree leaves the top folder', () => {
  const { files } = parseTorrent(
    torrent({ ...v2, 'file tree': { '..': { '..': leaf(5), '../x': leaf(6) }, '/abs': leaf(7) } }),
  )
  assert.deepEqual(
    files.filter(({ pad }) => !pad).map(({ path }) => path),
    ['t/_', 't/..x', 't/abs'],
  )
})
