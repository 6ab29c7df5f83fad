import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pieceBytesOf, sizesOf } from '../../../src/daemon/session/torrent/sizes.ts'
import { packFacts, unpackFacts } from '../../../src/daemon/session/torrent/torrent-facts.ts'
import { isLarge, readTorrent } from '../../../src/daemon/session/torrent/torrent-reader.ts'
import { type BInput, bencode, parseTorrent } from '../../../src/metainfo/index.ts'

/** A torrent of many files: pad files, a link, an executable one, names that are not ASCII. */
function manyFiles(count: number): Uint8Array {
  const files: BInput[] = []
  let total = 0
  for (let i = 0; i < count; i++) {
    const length = (i * 7919) % 40_000
    files.push({ length, path: [`ordner ${i % 50}`, `datei ü ${i}`], ...(i % 10 === 0 && { attr: 'x' }) })
    const pad = (16384 - (length % 16384)) % 16384
    files.push({ length: pad, path: ['.pad', `${pad}`], attr: 'p' })
    total += length + pad
  }
  files.push({ length: 0, path: ['link'], attr: 'l', 'symlink path': ['ordner 1', 'datei ü 1'] })
  const pieces = Buffer.alloc((total / 16384) * 20, 1)
  return bencode({
    announce: 'http://127.0.0.1:1/announce',
    'url-list': ['http://127.0.0.1:2/'],
    info: { files, name: 'viele', 'piece length': 16384, pieces, private: 1 },
  })
}

test('a large torrent file that another thread read says what it says here', async () => {
  const bytes = manyFiles(2000)
  assert.ok(isLarge(bytes.length))
  const here = parseTorrent(bytes)
  const facts = await readTorrent(bytes)
  const { infoHash, name, multiFile, totalSize, pieceLength, numPieces, trackers, webSeeds } = here
  const { files, ...rest } = facts
  assert.deepEqual(rest, {
    ...{ infoHash, name, multiFile, totalSize, pieceLength, numPieces, trackers, webSeeds },
    private: true,
  })
  assert.equal(files.length, here.files.length)
  // the spelling of the torrent is for web seeds, which the engine asks
  const plain = here.files.map(({ own: _, ...file }) => file)
  assert.deepEqual([...files], plain)
  assert.deepEqual([...files], plain, 'twice is as good')
  const priorities = Uint8Array.from(here.files, (_, i) => i % 3)
  for (const given of [null, priorities]) assert.deepEqual(sizesOf(facts, given), sizesOf(here, given))
  assert.deepEqual(pieceBytesOf(facts, priorities), pieceBytesOf(here, priorities))
})

test('one file, and none but empty ones, go over as well', () => {
  for (const files of [
    [{ length: 1, path: ['a'] }],
    [
      { length: 0, path: [''] },
      { length: 5, path: ['b', 'c'] },
    ],
  ]) {
    const meta = parseTorrent(
      bencode({ info: { files, name: 'x', 'piece length': 16384, pieces: Buffer.alloc(20) } }),
    )
    const plain = meta.files.map(({ own: _, ...file }) => file)
    assert.deepEqual([...unpackFacts(structuredClone(packFacts(meta))).files], plain)
  }
})

test('bytes that are no torrent are refused in the same words, and the next ones are read', async () => {
  const bytes = manyFiles(2000)
  const broken = [
    bytes.subarray(0, -1),
    Buffer.alloc(100_000, 'd'),
    bencode({ info: { name: 'x'.repeat(100_000) } }),
  ]
  for (const bad of broken) {
    let message = ''
    try {
      parseTorrent(bad)
    } catch (error) {
      message = (error as Error).message
    }
    await assert.rejects(readTorrent(bad), { name: 'MetainfoError', kind: 'invalid', message })
  }
  const [one, two] = await Promise.all([readTorrent(bytes), readTorrent(manyFiles(1500))])
  assert.deepEqual([one.files.length, two.files.length], [4001, 3001])
})
