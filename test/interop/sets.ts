import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytes, sha256All, writeFiles } from '../helpers/data.ts'
import { porlaLua } from '../helpers/program.ts'

const MiB = 2 ** 20

/** Data on disk, a torrent of it made by porla-lua, and what each file hashes to. */
export interface DataSet {
  /** For the names of tests. */
  title: string
  /** Save path. */
  source: string
  torrentFile: string
  /** sha256 by path below the save path. */
  hashes: Record<string, string>
  /** Those paths whose files have no bytes. */
  empty: string[]
}

/** Names that Linux and libtorrent take, but that Transmission writes with '_' or cuts, as Windows would have it. */
const unportableNames = [
  'a: b?.txt',
  '"quoted" \'name\'.txt',
  '  spaces around  ',
  'trailing dots...',
  '*star* <angle> |pipe|',
]

/** Odd names that every client takes as they are. */
const oddNames = [
  'percent %41 & hash #1.txt',
  '-dash',
  '.hidden',
  'ünïcödé ☃ 名前.txt',
  `${'n'.repeat(200)}.txt`,
  '[brackets] {braces} $HOME `x` ~',
  'back^slash-free;semi,comma=+@!.txt',
]

/** 2,000 files in folders: of a few kB each, a tenth of them empty, some oddly named. About 20 MB. */
function manyFiles(top: string, names: string[]): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {}
  for (const [i, name] of names.entries()) files[`${top}/odd/${name}`] = bytes(1 + i * 997, 50 + i)
  for (let i = Object.keys(files).length; i < 2000; i++) {
    const size = i % 10 === 3 ? 0 : 1 + ((i * 7919) % 23_000)
    files[`${top}/folder ${i % 13}/${i % 7}/file ${i}.bin`] = bytes(size, 1 + (i % 250))
  }
  return files
}

export interface DataSets {
  /** One file of 64 MiB. */
  large: DataSet
  /** 2,000 files. */
  many: DataSet
  /** 2,000 files with names that Transmission leaves as they are. */
  portable: DataSet
  /** 8 MiB in two files. */
  small: DataSet
  remove: () => Promise<void>
}

/** Makes the sets below a new folder, which `remove` removes. */
export async function makeSets(): Promise<DataSets> {
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-sets-'))
  const make = async (
    title: string,
    name: string,
    files: Record<string, Uint8Array | number>,
    piece: number,
  ) => {
    const source = join(folder, title.replaceAll(/\W/g, '_'))
    await writeFiles(source, files)
    const hashes = await sha256All(source)
    const torrentFile = join(folder, `${title}.torrent`)
    const made = await porlaLua([
      '-e',
      `local bytes = require("torrents").create{ path = ${luaString(join(source, name))}, piece_size = ${piece} }
       local file = assert(io.open(${luaString(torrentFile)}, "wb"))
       assert(file:write(bytes))
       assert(file:close())`,
    ])
    if (made.code !== 0) throw new Error(made.stderr)
    const isEmpty = (path: string) => files[path] instanceof Uint8Array && files[path].length === 0
    return { title, source, torrentFile, hashes, empty: Object.keys(hashes).filter(isEmpty) }
  }
  return {
    large: await make('64 MiB', 'one large file.bin', { 'one large file.bin': 64 * MiB }, 262_144),
    many: await make('2,000 files', 'many', manyFiles('many', [...oddNames, ...unportableNames]), 65_536),
    portable: await make('portable', 'many', manyFiles('many', oddNames), 65_536),
    small: await make('8 MiB', 'data', { 'data/a.bin': 6 * MiB, 'data/b/c.bin': 2 * MiB - 12_345 }, 65_536),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

function luaString(text: string): string {
  return JSON.stringify(text)
}
