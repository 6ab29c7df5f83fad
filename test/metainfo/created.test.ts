import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseInfo, parseMagnet, parseTorrent, torrentFileOf } from '../../src/metainfo/index.ts'

// Neither package has types.
const createTorrentPackage: string = 'create-torrent'
const parseTorrentPackage: string = 'parse-torrent'
type Input = Buffer & { name: string }
const createTorrent: (
  input: Input | Input[],
  options: object,
  done: (error: Error | null, bytes: Uint8Array) => void,
) => void = (await import(createTorrentPackage)).default
const parser: {
  default: (input: Uint8Array | string) => Promise<Parsed>
  toMagnetURI: (torrent: Parsed) => string
} = await import(parseTorrentPackage)

interface Parsed {
  infoHash: string
  name: string
  length: number
  pieceLength: number
  pieces: string[]
  private?: boolean
  comment?: string
  createdBy?: string
  created?: Date
  announce: string[]
  urlList: string[]
  files: { path: string; name: string; length: number; offset: number }[]
}

function data(name: string, size: number): Input {
  return Object.assign(Buffer.alloc(size, name), { name })
}

function create(input: Input | Input[], options: object): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    createTorrent(input, options, (error, bytes) => (error ? reject(error) : resolve(bytes)))
  })
}

const folder = [data('b/ü.bin', 40000), data('a b.txt', 1), data('b/c/empty', 0), data('z', 16384)]
const options = {
  name: 'folder',
  pieceLength: 16384,
  private: true,
  comment: 'a comment ü',
  createdBy: 'the test',
  creationDate: 1700000000000,
  announceList: [['http://127.0.0.1:1/announce', 'udp://127.0.0.1:2'], ['http://127.0.0.1:3/announce']],
}
const cases: [what: string, input: Input | Input[], options: object][] = [
  ['a folder', folder, options],
  ['one file', data('one.bin', 100_000), { ...options, name: 'one.bin', private: undefined }],
  [
    'a web seed',
    data('one.bin', 5),
    { ...options, name: 'one.bin', urlList: ['http://127.0.0.1:4/one.bin'] },
  ],
]

for (const [what, input, options] of cases) {
  test(`create-torrent and parse-torrent agree: ${what}`, async () => {
    const bytes = await create(input, options)
    const ours = parseTorrent(bytes)
    const theirs = await parser.default(bytes)
    assert.deepEqual(ours.infoHash, [theirs.infoHash, null])
    assert.equal(ours.name, theirs.name)
    assert.equal(ours.totalSize, theirs.length)
    assert.equal(ours.pieceLength, theirs.pieceLength)
    assert.equal(ours.numPieces, theirs.pieces.length)
    assert.equal(Buffer.from(ours.pieceHashes).toString('hex'), theirs.pieces.join(''))
    assert.equal(ours.private, theirs.private ?? false)
    assert.equal(ours.comment, theirs.comment)
    assert.equal(ours.creator, theirs.createdBy)
    assert.equal(ours.creationDate, (theirs.created?.getTime() ?? 0) / 1000)
    assert.deepEqual(
      ours.trackers.map(({ url }) => url),
      theirs.announce,
    )
    assert.deepEqual(
      ours.trackers.map(({ tier }) => tier),
      [0, 0, 1],
    )
    assert.deepEqual(ours.webSeeds, theirs.urlList)
    assert.deepEqual(
      ours.files.map(({ path, name, size, offset }) => [path, name, size, offset]),
      theirs.files.map(({ path, name, length, offset }) => [path, name, length, offset]),
    )
  })

  test(`parse-torrent reads the file that we make around the info dictionary: ${what}`, async () => {
    const created = parseTorrent(await create(input, options))
    const bytes = torrentFileOf(created.info, created.trackers, created.webSeeds)
    const theirs = await parser.default(bytes)
    assert.equal(theirs.infoHash, created.infoHash[0])
    assert.deepEqual(
      theirs.announce,
      created.trackers.map(({ url }) => url),
    )
    const again = parseTorrent(bytes)
    const { trackers, webSeeds } = created
    assert.deepEqual(again, parseInfo(created.info, { trackers, webSeeds }))
    assert.deepEqual(again.files, created.files)
  })

  test(`a magnet link that parse-torrent makes is read back: ${what}`, async () => {
    const theirs = await parser.default(await create(input, options))
    const magnet = parseMagnet(parser.toMagnetURI(theirs))
    assert.deepEqual(magnet.infoHash, [theirs.infoHash, null])
    assert.equal(magnet.name, theirs.name)
    assert.deepEqual(
      magnet.trackers.map(({ url }) => url),
      theirs.announce,
    )
    assert.deepEqual(magnet.webSeeds, theirs.urlList)
  })
}
