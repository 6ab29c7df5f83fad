import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bencode, parseInfo, parseTorrent, torrentFileOf } from '../../src/metainfo/index.ts'
import { digest, latin1, type Members, torrent, v1Info } from './build.ts'

const single: Members = { name: 'a', 'piece length': 16384, pieces: Buffer.alloc(40, 'h'), length: 20000 }

test('a single-file torrent with everything beside the info dictionary', () => {
  const metainfo = parseTorrent(
    torrent(
      { ...single, private: 1 },
      {
        announce: 'http://ignored',
        'announce-list': [['http://a', ' udp://b'], [], ['http://c', '']],
        'url-list': 'http://seed/file',
        nodes: [['127.0.0.1', 6881], ['short'], 3, ['h', 0]],
        comment: 'a comment',
        'created by': 'me',
        'creation date': 1700000000,
      },
    ),
  )
  const { info, infoHash, pieceHashes, ...rest } = metainfo
  assert.deepEqual(rest, {
    name: 'a',
    files: [
      {
        path: 'a',
        name: 'a',
        size: 20000,
        offset: 0,
        pad: false,
        executable: false,
        hidden: false,
        symlink: null,
      },
    ],
    multiFile: false,
    totalSize: 20000,
    pieceLength: 16384,
    numPieces: 2,
    private: true,
    comment: 'a comment',
    creator: 'me',
    creationDate: 1700000000,
    trackers: [
      { url: 'http://a', tier: 0 },
      { url: 'udp://b', tier: 0 },
      { url: 'http://c', tier: 2 },
    ],
    webSeeds: ['http://seed/file'],
    nodes: [['127.0.0.1', 6881]],
    version: 'v1',
  })
  assert.deepEqual(infoHash, [digest('sha1', info), null])
  assert.deepEqual(Buffer.from(info), Buffer.from(bencode({ ...single, private: 1 })))
  assert.deepEqual(Buffer.from(pieceHashes), Buffer.alloc(40, 'h'))
})

test('several files get their offsets, empty ones too', () => {
  const { files, name, multiFile, totalSize } = parseTorrent(
    torrent(
      v1Info([
        [['b'], 10],
        [['d', 'empty'], 0],
        [['d', 'e', 'f.txt'], 7],
      ]),
    ),
  )
  assert.deepEqual(
    files.map(({ path, name, size, offset }) => [path, name, size, offset]),
    [
      ['t/b', 'b', 10, 0],
      ['t/d/empty', 'empty', 0, 10],
      ['t/d/e/f.txt', 'f.txt', 7, 10],
    ],
  )
  assert.deepEqual([name, multiFile, totalSize], ['t', true, 17])
})

test('the info hash is that of the original bytes: unsorted keys, leading zeros, bytes behind the end', () => {
  const info = `d4:name1:a6:lengthi005e6:pieces20:${'h'.repeat(20)}12:piece lengthi16384ee`
  const metainfo = parseTorrent(latin1(`d4:info${info}egarbage`))
  assert.deepEqual(metainfo.infoHash, [digest('sha1', latin1(info)), null])
  assert.equal(Buffer.from(metainfo.info).toString('latin1'), info)
  assert.equal(metainfo.totalSize, 5)
})

test('what is parsed does not change with the buffer it came from', () => {
  const bytes = Buffer.from(torrent(single))
  const { info, pieceHashes } = parseTorrent(bytes)
  bytes.fill(0)
  assert.deepEqual(Buffer.from(info), Buffer.from(bencode(single)))
  assert.equal(Buffer.from(pieceHashes).toString(), 'h'.repeat(40))
})

test('announce alone is tier 0, also beside a list without a tracker', () => {
  const trackers = (outside: Members) => parseTorrent(torrent(single, outside)).trackers
  assert.deepEqual(trackers({ announce: ' http://a' }), [{ url: 'http://a', tier: 0 }])
  assert.deepEqual(trackers({ announce: 'http://a', 'announce-list': [[], ['']] }), [
    { url: 'http://a', tier: 0 },
  ])
  assert.deepEqual(trackers({ announce: 5, 'announce-list': 'x' }), [])
})

test('web seeds: a string or a list, once each, a slash behind folders, encoded where needed', () => {
  const seeds = (info: Members, list: Members['']) =>
    parseTorrent(torrent(info, { 'url-list': list })).webSeeds
  const folder = v1Info([
    [['a'], 1],
    [['b'], 1],
  ])
  assert.deepEqual(seeds(folder, 'http://h/d'), ['http://h/d/'])
  assert.deepEqual(seeds(folder, ['http://h/d', 'http://h/d/', '', 7]), ['http://h/d/'])
  assert.deepEqual(seeds(single, ['http://h/a b/ü%20?x=1', 'none']), ['http://h/a%20b/%c3%bc%20?x=1', 'none'])
  assert.deepEqual(seeds(single, latin1('http://h/\xff')), ['http://h/%ff'])
  assert.deepEqual(seeds(single, ''), [])
})

test('text keys: .utf-8 wins unless empty, broken UTF-8 becomes underscores', () => {
  const texts = (outside: Members) => {
    const { comment, creator } = parseTorrent(torrent(single, outside))
    return [comment, creator]
  }
  assert.deepEqual(texts({ comment: 'a', 'comment.utf-8': 'b', 'created by': 'c', 'created by.utf-8': '' }), [
    'b',
    'c',
  ])
  assert.deepEqual(texts({ comment: latin1('\xff\xfex\xe2\x82'), 'created by': latin1('\xef\xbb\xbfü') }), [
    '__x_',
    '\ufeff_',
  ])
  assert.deepEqual(texts({}), ['', ''])
})

const pieceLength = "invalid or missing 'piece length' entry in torrent file"
const noName = 'missing name in torrent file'
const size = 'invalid length of torrent'
const refused: [what: string, input: Uint8Array, message: string][] = [
  ['no bytes', latin1(''), 'unexpected end of file in bencoded string'],
  ['garbage', latin1('x'), 'expected value (list, dict, int or string) in bencoded string'],
  ['a list', latin1('le'), 'torrent file is not a dictionary'],
  ['no info', latin1('de'), "missing or invalid 'info' section in torrent file"],
  ['info of another type', latin1('d4:infoi1ee'), "missing or invalid 'info' section in torrent file"],
  ['an empty info', torrent({}), pieceLength],
  ['piece length 0', torrent({ ...single, 'piece length': 0 }), pieceLength],
  ['piece length -1', torrent({ ...single, 'piece length': -1 }), pieceLength],
  ['piece length 2^30', torrent({ ...single, 'piece length': 2 ** 30 }), pieceLength],
  ['piece length 10^19', torrent({ ...single, 'piece length': 10n ** 19n }), pieceLength],
  ['no name', torrent({ ...single, name: undefined }), noName],
  ['an empty name', torrent({ ...single, name: '' }), noName],
  ['the name ".."', torrent({ ...single, name: '..' }), noName],
  ['no length', torrent({ ...single, length: undefined }), size],
  ['a negative length', torrent({ ...single, length: -1 }), size],
  ['a length past 2^53', torrent({ ...single, length: 2n ** 60n }), size],
  ['a length past 17 TB', torrent({ ...single, length: 2 ** 45 }), size],
  ['length 0', torrent({ ...single, length: 0, pieces: '' }), size],
  [
    'no pieces',
    torrent({ ...single, pieces: undefined }),
    "invalid or missing 'pieces' entry in torrent file",
  ],
  [
    'too few pieces',
    torrent({ ...single, length: 40000 }),
    'incorrect number of piece hashes in torrent file',
  ],
  ['too many pieces', torrent({ ...single, length: 5 }), 'incorrect number of piece hashes in torrent file'],
  ['a piece too many in all', torrent({ ...single, length: 2 ** 40 }), 'too many pieces in torrent'],
  ['no files', torrent(v1Info([])), 'no files in torrent'],
  ['files of another type', torrent(v1Info([], { files: [1] })), 'failed to parse files from torrent file'],
  ['an empty path', torrent(v1Info([[[], 1]])), noName],
  ['a number in a path', torrent(v1Info([[[1], 1]])), "invalid 'name' of torrent (possible exploit attempt)"],
  ['a path of 101 elements', torrent(v1Info([[Array(101).fill('a'), 1]])), 'File name too long'],
  [
    'a path of 5000 characters',
    torrent(v1Info([[Array(25).fill('a'.repeat(200)), 1]])),
    'File name too long',
  ],
  ['a file without length', torrent(v1Info([[['a'], 1, { length: undefined }]])), size],
  [
    'files past 2^48 bytes',
    torrent(
      v1Info(
        Array.from({ length: 20 }, (_, i) => [[`${i}`], 2 ** 44 - 1]),
        { pieces: '' },
      ),
    ),
    size,
  ],
]
for (const [what, input, message] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(() => parseTorrent(input), { name: 'MetainfoError', kind: 'invalid', message })
  })
}

test('a bare info dictionary takes trackers and web seeds from outside', () => {
  const info = bencode(single)
  const metainfo = parseInfo(info, {
    trackers: [
      { url: 'b', tier: 1 },
      { url: 'a', tier: 0 },
    ],
    webSeeds: ['http://w'],
  })
  assert.deepEqual(metainfo.infoHash, [digest('sha1', info), null])
  assert.deepEqual(metainfo.trackers, [
    { url: 'a', tier: 0 },
    { url: 'b', tier: 1 },
  ])
  assert.deepEqual(metainfo.webSeeds, ['http://w'])
  assert.deepEqual([metainfo.comment, metainfo.creator, metainfo.creationDate], ['', '', 0])
  assert.throws(() => parseInfo(Buffer.concat([info, latin1('x')])), { message: 'invalid bencoding' })
  assert.throws(() => parseInfo(latin1('le')), { message: "'info' entry is not a dictionary" })
})

test('a torrent file made around an info dictionary keeps its bytes and closes gaps between tiers', () => {
  const info = latin1(`d4:name1:a6:lengthi5e6:pieces20:${'h'.repeat(20)}12:piece lengthi16384ee`)
  const file = torrentFileOf(
    info,
    [
      { url: 'c', tier: 7 },
      { url: 'a', tier: 0 },
      { url: 'b', tier: 0 },
    ],
    ['http://w/f'],
  )
  const metainfo = parseTorrent(file)
  assert.deepEqual(Buffer.from(metainfo.info), info)
  assert.deepEqual(metainfo.trackers, [
    { url: 'a', tier: 0 },
    { url: 'b', tier: 0 },
    { url: 'c', tier: 1 },
  ])
  assert.deepEqual(metainfo.webSeeds, ['http://w/f'])
  assert.equal(Buffer.from(torrentFileOf(info, [], [])).toString(), `d4:info${info}e`)
  assert.equal(
    Buffer.from(torrentFileOf(info, [{ url: 'a', tier: 3 }], [])).toString(),
    `d8:announce1:a4:info${info}e`,
  )
  assert.throws(() => torrentFileOf(latin1('i1e'), [], []), { name: 'MetainfoError' })
})
