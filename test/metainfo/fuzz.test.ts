import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bencode, type Metainfo, MetainfoError, parseMagnet, parseTorrent } from '../../src/metainfo/index.ts'
import { leaf, type Members, torrent, v1Info } from './build.ts'

const timeLimitMs = 2000
/** Of the processor, so that other work on the machine does not count; what grows faster than its input takes minutes. */
const cpuLimitMs = 6000
const alphabet = Buffer.from('0123456789:eidl-./\0\xff', 'latin1')

/** Numbers from 0 up to `below`, the same for the same seed (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function mutate(bytes: Uint8Array, pick: (below: number) => number): Buffer {
  let out = Buffer.from(bytes)
  for (let change = 0; change <= pick(4); change++) {
    const at = pick(out.length)
    const byte = pick(2) === 0 ? pick(256) : alphabet[pick(alphabet.length)]!
    const before = out.subarray(0, at)
    switch (pick(5)) {
      case 0:
        out = Buffer.concat([before, Buffer.from([byte]), out.subarray(at)])
        break
      case 1:
        out = Buffer.concat([before, out.subarray(Math.min(out.length, at + 1 + pick(8)))])
        break
      case 2:
        out = Buffer.concat([before, out.subarray(pick(out.length))])
        break
      default:
        out[at] = byte
    }
    if (out.length === 0) return out
  }
  return out
}

function check({ files, name, totalSize, numPieces, pieceLength, pieceHashes, infoHash, version }: Metainfo) {
  let offset = 0
  for (const file of files) {
    assert.equal(file.offset, offset)
    assert.ok(Number.isSafeInteger(file.size) && file.size >= 0)
    offset += file.size
    for (const element of file.path.split('/')) {
      assert.ok(element !== '' && element !== '.' && element !== '..', file.path)
      assert.ok(!element.includes('\0') && element.isWellFormed() && Buffer.byteLength(element) <= 255 + 10)
    }
  }
  assert.equal(totalSize, offset)
  assert.ok(totalSize > 0 && pieceLength > 0)
  assert.equal(numPieces, Math.ceil(totalSize / pieceLength))
  assert.equal(pieceHashes.length, version === 'v2' ? 0 : numPieces * 20)
  assert.ok(name !== '' && !name.includes('/'))
  assert.equal(infoHash[0] === null, version === 'v2')
  assert.equal(infoHash[1] === null, version === 'v1')
}

const tree: Members = { a: leaf(20000), d: { b: leaf(16384) } }
const seeds = [
  torrent(
    v1Info([
      [['a', 'b.txt'], 5],
      [['l'], 0, { attr: 'l', 'symlink path': ['a'] }],
      [['.pad', '7'], 7, { attr: 'p' }],
      [['A', 'B.TXT'], 9],
    ]),
    { announce: 'http://a', 'announce-list': [['b'], ['c']], 'url-list': ['http://w'], nodes: [['h', 1]] },
  ),
  torrent({ name: 'a', 'piece length': 16384, pieces: Buffer.alloc(20, 'h'), length: 5 }),
  torrent(
    { name: 't', 'piece length': 16384, 'meta version': 2, 'file tree': tree },
    { 'piece layers': { [Buffer.alloc(32, 'r').toString()]: Buffer.alloc(64) } },
  ),
  torrent({
    ...v1Info([
      [['a'], 20000],
      [['.pad', '12768'], 12768, { attr: 'p' }],
      [['d', 'b'], 16384],
    ]),
    'meta version': 2,
    'file tree': tree,
  }),
]

test('whatever the bytes, a torrent file is read soundly or refused with a MetainfoError', () => {
  for (const seed of seeds) check(parseTorrent(seed))
  const pick = random(1)
  const start = performance.now()
  let read = 0
  let refused = 0
  for (let round = 0; round < 8000 && performance.now() - start < timeLimitMs; round++) {
    const bytes = mutate(seeds[round % seeds.length]!, pick)
    try {
      check(parseTorrent(bytes))
      read++
    } catch (error) {
      assert.ok(error instanceof MetainfoError, `${error} for ${bytes.toString('latin1')}`)
      assert.notEqual(error.message, '')
      refused++
    }
  }
  assert.ok(read > 200 && refused > 200, `${read} read, ${refused} refused`)
})

test('whatever the text, a magnet link is read or refused with a MetainfoError', () => {
  const pick = random(2)
  const hex = '0123456789abcdef0123456789abcdef01234567'
  const link = Buffer.from(
    `magnet:?xt=urn:btih:${hex}&dn=a%20b&tr.1=http%3A//a&so=1,3-5&x.pe=1.2.3.4:5&x.pe=[::1]:6&ws=w` +
      `&xt=urn:btmh:1220${'ab'.repeat(32)}`,
  )
  const start = performance.now()
  let read = 0
  let refused = 0
  for (let round = 0; round < 5000 && performance.now() - start < timeLimitMs; round++) {
    const text = mutate(link, pick).toString(pick(2) === 0 ? 'latin1' : 'utf8')
    try {
      const magnet = parseMagnet(text)
      assert.match(magnet.infoHash[0] ?? hex, /^[0-9a-f]{40}$/)
      assert.match(magnet.infoHash[1] ?? 'ab'.repeat(32), /^[0-9a-f]{64}$/)
      assert.ok(magnet.infoHash.some((hash) => hash !== null))
      read++
    } catch (error) {
      assert.ok(error instanceof MetainfoError, `${error} for ${text}`)
      refused++
    }
  }
  assert.ok(read > 200 && refused > 100, `${read} read, ${refused} refused`)
})

// Shapes that cost more than their size when read carelessly; each was slow in some client.
const costly: [what: string, bytes: () => Uint8Array][] = [
  ['a path of 300 000 elements', () => torrent(v1Info([[Array(300_000).fill('a'), 1]]))],
  ['20 000 links in a chain', () => torrent(v1Info(linkChain(20_000)))],
  ['a thousand files a hundred folders deep', () => torrent(v1Info(deepFiles(1000)))],
  ['a name of 10 MB', () => torrent(v1Info([[['a'], 1]], { name: 'x'.repeat(10_000_000) }))],
  ['a million nested lists', () => Buffer.from('l'.repeat(1_000_000))],
  ['a number of a million digits', () => Buffer.from(`d1:ai${'9'.repeat(1_000_000)}ee`)],
  ['a length of a million digits', () => Buffer.from('9'.repeat(1_000_000))],
  [
    'half a million keys',
    () => Buffer.concat([Buffer.from('d'), Buffer.alloc(2_500_000, '1:ale'), Buffer.from('e')]),
  ],
  [
    'five hundred thousand trackers',
    () => torrent(v1Info([[['a'], 1]]), { 'announce-list': [Array(500_000).fill('a')] }),
  ],
]

function deepFiles(count: number): [string[], number][] {
  return Array.from({ length: count }, (_, i) => [[`${i}`, ...Array<string>(99).fill('a'.repeat(39))], 1])
}

function linkChain(length: number): [string[], number, Members?][] {
  const links = Array.from({ length }, (_, i): [string[], number, Members] => [
    [`l${i}`],
    0,
    { attr: 'l', 'symlink path': [`l${i + 1}`, 'x'] },
  ])
  return [[['a'], 1], ...links]
}

for (const [what, bytes] of costly) {
  test(`${what} takes no more than its size`, () => {
    const input = bytes()
    const start = process.cpuUsage()
    try {
      check(parseTorrent(input))
    } catch (error) {
      assert.ok(error instanceof MetainfoError, `${error}`)
    }
    const { user, system } = process.cpuUsage(start)
    const tookMs = (user + system) / 1000
    assert.ok(tookMs < cpuLimitMs, `took ${tookMs} ms of the processor`)
  })
}

test('encoding is the inverse of decoding for all seeds', () => {
  for (const seed of seeds) {
    const { info } = parseTorrent(seed)
    assert.ok(Buffer.from(seed).includes(Buffer.concat([bencode('info'), info])))
  }
})
