import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BInput, parseTorrent } from '../../src/metainfo/index.ts'
import { latin1, type Members, torrent, v1Info } from './build.ts'

function paths(...files: BInput[][]): string[] {
  return parseTorrent(torrent(v1Info(files.map((path) => [path, 1])))).files.map(({ path }) => path)
}

// What libtorrent 2.0.8 makes of the same bytes on Linux, measured.
const elements: [raw: BInput[], path: string][] = [
  [['a:b?*<>|"'], 't/a:b?*<>|"'],
  [['a b', 'ü.txt'], 't/a b/ü.txt'],
  [['.hidden', '...', ' ', 'x.'], 't/.hidden/.../ /x.'],
  [['.', 'a', '..', 'b'], 't/a/b'],
  [['..'], 't/_'],
  [['../', '.\\', 'x'], 't/x'],
  [['../../../etc/passwd'], 't/......etcpasswd'],
  [['/etc', 'x'], 't/etc/x'],
  [['\\', 'x'], 't/x'],
  [['', 'x', ''], 't/_/x/_'],
  [['a\0b\x01\x1f\x7f'], 't/ab__\x7f'],
  [['gpj.\u202eexe'], 't/gpj.exe'],
  [['\u200e.\u200f'], 't/_'],
  [[latin1('\xff\xfex')], 't/__x'],
  [[latin1('a\xe2\x82')], 't/a_'],
  [[latin1('\xc0\xafz')], 't/_z'],
  [[latin1('\xed\xa0\x80')], 't/_'],
  [[latin1('\xf8abcdefg')], 't/_efg'],
  [[latin1('\xf4\x90\x80\x80z')], 't/_z'],
  [['x'.repeat(300)], `t/${'x'.repeat(240)}`],
  [[`${'x'.repeat(300)}.mkv`], `t/${'x'.repeat(240)}.mkv`],
  [[`${'x'.repeat(300)}.no-extension`], `t/${'x'.repeat(240)}`],
  [['é'.repeat(200)], `t/${'é'.repeat(120)}`],
]
for (const [raw, path] of elements) {
  const shown = raw.map((element) =>
    element instanceof Uint8Array ? `0x${Buffer.from(element).toString('hex')}` : element,
  )
  test(`path ${JSON.stringify(shown).slice(0, 40)}`, () => {
    assert.deepEqual(paths(raw), [path])
  })
}

test('the .utf-8 names win', () => {
  const info = v1Info([[[latin1('\xff')], 1, { 'path.utf-8': ['ü'] }]], { 'name.utf-8': 'ö' })
  const { name, files } = parseTorrent(torrent(info))
  assert.deepEqual([name, files[0]?.path], ['ö', 'ö/ü'])
})

test('a top folder that may not be one is named by the info hash', () => {
  const metainfo = parseTorrent(torrent(v1Info([[['a'], 1]], { name: '..' })))
  assert.equal(metainfo.name, metainfo.infoHash[0])
  assert.equal(metainfo.files[0]?.path, `${metainfo.infoHash[0]}/a`)
})

test('no two files share a path, in any case of letters, nor a file and a folder', () => {
  assert.deepEqual(paths(['A.txt'], ['a.txt'], ['a.1.txt'], ['a.TXT']), [
    't/A.txt',
    't/a.1.txt',
    't/a.1.1.txt',
    't/a.2.TXT',
  ])
  assert.deepEqual(paths(['d'], ['D', 'x'], ['d', 'X']), ['t/d.1', 't/D/x', 't/d/X.1'])
  assert.deepEqual(paths(['x.y', 'f'], ['x.y', 'f'], ['.bashrc'], ['.bashrc']), [
    't/x.y/f',
    't/x.y/f.1',
    't/.bashrc',
    't/.1.bashrc',
  ])
})

test('twenty thousand files of one name are named in time', () => {
  const same = paths(...Array.from({ length: 20_000 }, () => ['x']))
  assert.equal(same.at(-1), 't/x.19999')
  assert.equal(new Set(same).size, 20_000)
})

test('attributes of BEP 47, pad files with and without a path, and those of BitComet', () => {
  const { files } = parseTorrent(
    torrent(
      v1Info([
        [['run'], 1, { attr: 'xz' }],
        [['.pad', '5'], 5, { attr: 'p' }],
        [['h'], 1, { attr: 'h' }],
        [['.pad', '5'], 5, { attr: 'p' }],
        [['.pad', '5'], 5, { attr: 'p', path: undefined }],
        [['_____padding_file_0_x'], 5],
      ]),
    ),
  )
  assert.deepEqual(
    files.map(({ path, pad, executable, hidden }) => [path, pad, executable, hidden]),
    [
      ['t/run', false, true, false],
      ['t/.pad/5', true, false, false],
      ['t/h', false, false, true],
      ['t/.pad/5', true, false, false],
      ['.pad/5', true, false, false],
      ['t/_____padding_file_0_x', true, false, false],
    ],
  )
})

test('symbolic links point into the torrent or to themselves, and have no bytes', () => {
  const link = (...target: BInput[]): Members => ({ attr: 'l', length: 99, 'symlink path': target })
  const { files, totalSize } = parseTorrent(
    torrent(
      v1Info([
        [['d', 'e', 'file'], 5],
        [['file'], 0, link('d', 'e', 'file')],
        [['folder'], 0, link('d')],
        [['d', 'near'], 0, link('e', 'file')],
        [['through'], 0, link('folder', 'e', 'file')],
        [['out'], 0, link('..', '..', 'etc', 'passwd')],
        [['loop'], 0, link('loop', 'x')],
        [['empty'], 0, { attr: 'l' }],
      ]),
    ),
  )
  assert.deepEqual(
    files.map(({ path, symlink }) => [path, symlink]),
    [
      ['t/d/e/file', null],
      ['t/file', 't/d/e/file'],
      ['t/folder', 't/d'],
      ['t/d/near', 't/d/e/file'],
      ['t/through', 't/folder/e/file'],
      ['t/out', 't/out'],
      ['t/loop', 't/loop'],
      ['t/empty', null],
    ],
  )
  assert.equal(totalSize, 5)
})
