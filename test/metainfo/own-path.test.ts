// What web seeds are asked for is the torrent's own spelling, whatever the files are called on this disk.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { webSeedUrl } from '../../src/daemon/engine/host/web-seeds/web-request.ts'
import { type BInput, bencode, parseTorrent } from '../../src/metainfo/index.ts'
import { latin1, leaf, torrent, v1Info } from './build.ts'

const url = 'http://web/'

function urls(bytes: Uint8Array): string[] {
  const meta = parseTorrent(bytes)
  return meta.files.map((_, index) => webSeedUrl(meta, url, index))
}

function listed(paths: BInput[][], name: BInput = 't'): string[] {
  return urls(
    torrent(
      v1Info(
        paths.map((path) => [path, 100]),
        { name },
      ),
    ),
  )
}

test('each kind of name that is changed on disk is spelled as in the torrent', () => {
  const long = 'n'.repeat(250)
  const cases: [BInput[], string][] = [
    [['plain.bin'], 'plain.bin'],
    [['ü #?%41&+.bin'], '%C3%BC%20%23%3F%2541%26%2B.bin'],
    [["it's (a) *~!.txt"], "it's%20(a)%20*~!.txt"],
    [[latin1('\xe9t\xe9')], '%E9t%E9'],
    [['tab\tand\nbreak'], 'tab%09and%0Abreak'],
    [['a\\b'], 'a%5Cb'],
    [['slash/inside'], 'slash%2Finside'],
    [['nul\0'], 'nul%00'],
    [['left\u202egpj.exe'], 'left%E2%80%AEgpj.exe'],
    [[`${long}.iso`], `${long}.iso`],
    [['d', latin1('\xff'), 'f'], 'd/%FF/f'],
    [['d', '..', 'g'], 'd/g'],
    [['d', '.', 'h'], 'd/h'],
  ]
  const got = listed(cases.map(([path]) => path))
  assert.deepEqual(
    got,
    cases.map(([, wanted]) => `${url}t/${wanted}`),
  )
})

test('names that are made unique on disk are asked for by the name they share', () => {
  const paths = [['a.txt'], ['A.txt'], ['a.txt'], ['d', 'x'], ['D']]
  assert.deepEqual(
    listed(paths),
    paths.map((path) => `${url}t/${path.join('/')}`),
  )
})

test('so is the top folder, and a single file', () => {
  assert.deepEqual(listed([['f']], latin1('caf\xe9')), [`${url}caf%E9/f`])
  const single = (name: BInput) =>
    urls(torrent({ length: 100, name, 'piece length': 16384, pieces: Buffer.alloc(20, 'h') }))
  assert.deepEqual(single('a\tb'), [`${url}a%09b`])
  assert.deepEqual(single(latin1('\xe9.bin')), [`${url}%E9.bin`])
})

test('and the files of a v2 tree', () => {
  const tree = bencode({
    'file tree': { 'a\tb': leaf(100), d: { [latin1('\xe9').toString('latin1')]: leaf(20000) } },
    'meta version': 2,
    name: 't\n',
    'piece length': 16384,
  })
  const got = urls(Buffer.concat([Buffer.from('d4:info'), tree, Buffer.from('e')]))
  assert.ok(got.includes(`${url}t%0A/a%09b`), got.join(' '))
})

test('the original bytes need no more memory where nothing was changed', () => {
  const { files } = parseTorrent(torrent(v1Info([[['ü', 'b.bin'], 100]])))
  assert.ok(!('own' in files[0]!))
})
