import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeMagnetUri, parseMagnet } from '../../src/metainfo/index.ts'

const hex = '0123456789abcdef0123456789abcdef01234567'
const base32 = 'AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH'
const v2 = 'ab'.repeat(32)
const link = `magnet:?xt=urn:btih:${hex}`

const hashes: [uri: string, hashes: [string | null, string | null]][] = [
  [link, [hex, null]],
  [`magnet:?xt=urn:btih:${hex.toUpperCase()}`, [hex, null]],
  [`magnet:?xt=urn:btih:${base32}`, [hex, null]],
  [`magnet:?xt=urn:btih:${base32.toLowerCase()}`, [hex, null]],
  [`magnet:?xt=urn:btmh:1220${v2}`, [null, v2]],
  [`magnet:?xt=urn:btmh:1220${v2}&xt=urn:btih:${hex}`, [hex, v2]],
  [`magnet:?xt.1=urn:sha1:abc&xt.2=urn:btih:${hex}`, [hex, null]],
  [`MAGNET:?dn=x&XT=urn%3Abtih%3a${hex}`, [hex, null]],
]
for (const [uri, expected] of hashes) {
  test(`hashes of ${uri.slice(0, 40)}`, () => assert.deepEqual(parseMagnet(uri).infoHash, expected))
}

test('name, trackers in tiers, web seeds and peers', () => {
  const magnet = parseMagnet(
    `${link}&dn=a+b%20%C3%BC&tr=http%3A%2F%2Fa%2Fannounce&tr.1=udp://b:1&tr=&tr=%zz&tr.x=no&tr=http://a/announce` +
      '&ws=http://w/x%20y&ws=%q&x.pe=1.2.3.4:5&x.pe=[::1]:6&x.pe=%5B::1%5D%3A7&x.pe=host:7&x.pe=1.2.3.4:0' +
      '&x.pe=1.2.3.4:65536&x.pe=1.2.3:4&x.pe=[1.2.3.4]:5&unknown=1&&=x&alone',
  )
  assert.deepEqual(magnet, {
    infoHash: [hex, null],
    name: 'a b ü',
    trackers: [
      { url: 'http://a/announce', tier: 0 },
      { url: 'udp://b:1', tier: 1 },
      { url: 'http://a/announce', tier: 2 },
    ],
    webSeeds: ['http://w/x y'],
    peers: ['1.2.3.4:5', '[::1]:6', '[::1]:7'],
    filePriorities: null,
  })
})

test('a broken or non-UTF-8 name keeps what can be read', () => {
  assert.equal(parseMagnet(`${link}&dn=ab%c`).name, 'ab')
  assert.equal(parseMagnet(`${link}&dn=a%ffb`).name, 'a_b')
  assert.equal(parseMagnet(link).name, '')
})

const selections: [so: string, priorities: number[] | null][] = [
  ['0,2,4-6', [4, 0, 4, 0, 4, 4, 4]],
  ['1', [0, 4]],
  ['', []],
  [',,', []],
  ['3-1,2', [0, 0, 4]],
  ['-1,1-', []],
  ['10001,1', [0, 4]],
  ['1,x', null],
  ['99999999999999999999', []],
]
for (const [so, priorities] of selections) {
  test(`so=${so}`, () => assert.deepEqual(parseMagnet(`${link}&so=${so}`).filePriorities, priorities))
}

test('so may come twice', () => {
  assert.deepEqual(parseMagnet(`${link}&so=0&so=2`).filePriorities, [4, 0, 4])
})

const refused: [uri: string, message: string, kind?: 'unsupported'][] = [
  ['', 'unsupported URL protocol', 'unsupported'],
  ['foo', 'unsupported URL protocol', 'unsupported'],
  ['http://x/?xt=urn:btih:1', 'unsupported URL protocol', 'unsupported'],
  ['magnet:', 'unsupported URL protocol', 'unsupported'],
  ['magnet:?', 'missing info-hash from URI'],
  ['magnet:?dn=x', 'missing info-hash from URI'],
  ['magnet:?xt=urn:sha1:abc', 'missing info-hash from URI'],
  [`magnet:?xt=urn:btih:${'0'.repeat(40)}`, 'missing info-hash from URI'],
  [`magnet:?xt=urn:btih:${hex.slice(1)}`, 'invalid info-hash'],
  [`magnet:?xt=urn:btih:${hex.slice(1)}g`, 'invalid info-hash'],
  [`magnet:?xt=urn:btih:${base32.slice(1)}8`, 'invalid info-hash'],
  [`magnet:?xt=urn:btmh:1114${v2}`, 'invalid info-hash'],
  [`magnet:?xt=urn:btmh:1220${v2.slice(1)}`, 'invalid info-hash'],
  ['magnet:?xt=urn%zzbtih:1', 'invalid escaped string'],
]
for (const [uri, message, kind = 'invalid'] of refused) {
  test(`refused: "${uri.slice(0, 40)}": ${message}`, () => {
    assert.throws(() => parseMagnet(uri), { name: 'MetainfoError', kind, message })
  })
}

// The right values are those of libtorrent 2.0.8's make_magnet_uri.
test('a link is written letter by letter as libtorrent writes it', () => {
  const ascii = String.fromCharCode(...Array.from({ length: 127 }, (_, i) => i + 1))
  assert.equal(
    makeMagnetUri({ infoHash: [hex, null], name: `${ascii}é€😀` }),
    `${link}&dn=%01%02%03%04%05%06%07%08%09%0a%0b%0c%0d%0e%0f%10%11%12%13%14%15%16%17%18%19%1a%1b%1c%1d%1e%1f%20!%22%23` +
      '%24%25%26%27()*%2b%2c-.%2f0123456789%3a%3b%3c%3d%3e%3f%40ABCDEFGHIJKLMNOPQRSTUVWXYZ%5b%5c%5d%5e_%60' +
      'abcdefghijklmnopqrstuvwxyz%7b%7c%7d~%7f%c3%a9%e2%82%ac%f0%9f%98%80',
  )
  const parts = {
    infoHash: [hex, v2] as [string, string],
    trackers: ['udp://t:1', 'http://u/?a=b&c'],
    webSeeds: ['http://w/ x'],
    peers: ['127.0.0.1:5', '[::1]:6'],
  }
  const start =
    `${link}&xt=urn:btmh:1220${v2}&tr=udp%3a%2f%2ft%3a1&tr=http%3a%2f%2fu%2f%3fa%3db%26c` +
    '&ws=http%3a%2f%2fw%2f%20x&x.pe=127.0.0.1:5&x.pe=[::1]:6'
  assert.equal(makeMagnetUri({ ...parts, filePriorities: [0, 1, 4, 0, 7] }), `${start}&so=1-2,4`)
  assert.equal(makeMagnetUri({ ...parts, filePriorities: [0, 0] }), `${start}&so=`)
  assert.equal(makeMagnetUri({ ...parts, filePriorities: [1, 2] }), start)
  assert.equal(makeMagnetUri({ infoHash: [null, null], name: 'x' }), '')
  const { infoHash, trackers, webSeeds, peers } = parseMagnet(makeMagnetUri(parts))
  assert.deepEqual({ infoHash, trackers: trackers.map(({ url }) => url), webSeeds, peers }, parts)
})
