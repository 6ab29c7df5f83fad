import { createHash } from 'node:crypto'
import { type BInput, bencode, type Metainfo, parseTorrent } from '../../src/metainfo/index.ts'
import { bytes as fill } from '../helpers/data.ts'

/** One file as a torrent names it: path elements (text or raw bytes), size, and more keys of its dictionary. */
export type Entry = [path: BInput[], size: number, more?: Record<string, BInput>]

export interface MadeTorrent {
  torrent: Uint8Array
  meta: Metainfo
  /** v1 hash. */
  id: string
  /** All bytes of the piece space, zeros where pad files are. */
  data: Uint8Array
}

const pieceLength = 16384

/** A torrent of invented bytes, with names as they are given: no tool would make some of them. */
export function madeTorrent(name: BInput, entries: Entry[] | number): MadeTorrent {
  const sizes: Entry[] = typeof entries === 'number' ? [[[], entries]] : entries
  const data = Buffer.concat(
    sizes.map(([, size, more], index) => {
      if (String(more?.attr).includes('l')) return Buffer.alloc(0)
      return more?.attr === 'p' ? Buffer.alloc(size) : fill(size, 1 + (index % 250))
    }),
  )
  const hashes: Buffer[] = []
  for (let at = 0; at < data.length; at += pieceLength) {
    hashes.push(
      createHash('sha1')
        .update(data.subarray(at, at + pieceLength))
        .digest(),
    )
  }
  const torrent = bencode({
    info: {
      ...(typeof entries === 'number'
        ? { length: entries }
        : { files: entries.map(([path, length, more]) => ({ length, path, ...more })) }),
      name,
      'piece length': pieceLength,
      pieces: Buffer.concat(hashes),
    },
  })
  const meta = parseTorrent(torrent)
  return { torrent, meta, id: meta.infoHash[0]!, data }
}

const latin1 = (text: string) => Buffer.from(text, 'latin1')

/** Names that a file system takes as they are, among them those that other systems refuse. */
export const oddEntries: Entry[] = [
  [['colon: question? star* "double" \'single\' <angle> |pipe|.txt'], 20_000],
  [['  spaces  '], 10],
  [['trailing dots...'], 70_000],
  [['trailing space '], 33],
  [['folder. ', 'inside.'], 5],
  [['composed \u00fc.txt'], 16_384],
  [['decomposed u\u0308.txt'], 16_385],
  [['名前', 'ファイル ☃ 😀.bin'], 40_000],
  [['n'.repeat(200)], 9],
  [[`${'ü'.repeat(98)}.txt`], 8],
  [['empty'], 0],
  [['a', 'b', 'c', 'd', 'e', 'deep'], 30_000],
  [['a', 'b', 'empty too'], 0],
  [['program'], 3000, { attr: 'x' }],
  [['hidden'], 7, { attr: 'h' }],
  [['back\\slash'], 4],
  [['-rf'], 3],
  [['~'], 2],
  [['%2e%2e'], 2],
  [['new\nline\ttab\x7f'], 6],
]

/** Pad files (BEP 47), as libtorrent makes them to align files to pieces. */
export const paddedEntries: Entry[] = [
  [['first'], 10_000],
  [['.pad', '6384'], 6384, { attr: 'p' }],
  [['second'], 20_000],
  [['.pad', '12768'], 12_768, { attr: 'p' }],
  [['sub', 'third'], 5],
]

/** Links to files and folders of the torrent. */
export const linkEntries: Entry[] = [
  [['folder', 'file'], 20_000],
  [['to file'], 0, { attr: 'l', 'symlink path': ['folder', 'file'] }],
  [['to folder'], 0, { attr: 'l', 'symlink path': ['folder'] }],
  [['folder', 'beside'], 0, { attr: 'l', 'symlink path': ['folder', 'file'] }],
]

/** Names that must not reach the disk as they are. */
export const hostileEntries: Entry[] = [
  [['..', '..', 'up'], 1000],
  [['a', '..', 'b'], 1001],
  [['../../../escape'], 1002],
  [['/absolute', 'x'], 1003],
  [['/etc/passwd'], 1004],
  [['.', 'dot'], 1005],
  [['nul\0byte'], 1006],
  [['\0'], 1007],
  [['', 'empty element', ''], 1008],
  [['x'.repeat(300)], 1009],
  [[`${'y'.repeat(300)}.mkv`], 1010],
  [['é'.repeat(200)], 1011],
  [['same'], 1012],
  [['same'], 1013],
  [['same.txt'], 1014],
  [['same.txt'], 1015],
  [['Case.TXT'], 1016],
  [['case.txt'], 1017],
  [['Folder', 'one'], 1018],
  [['folder', 'ONE'], 1019],
  [['both'], 1020],
  [['both', 'below'], 1021],
  [[latin1('broken \xff\xfe utf-8')], 1022],
  [[latin1('overlong \xc0\xaf slash')], 1023],
  [['turned \u202egnp.exe'], 1024],
  [['con\x01trol'], 1025],
]
