import type { BDict, BValue } from './dict.ts'
import { MetainfoError } from './error.ts'
import { pathElement } from './path-element.ts'
import type { FileEntry } from './types.ts'

// libtorrent's file_storage: what a 32-bit count of 16 KiB blocks and a 48-bit offset hold
const maxFileSize = (2 ** 30 - 1) * 16384 - 1
export const maxTotalSize = 2 ** 48 - 1

/** A file as it is read, before it has its place in the piece space. */
export interface RawFile extends Omit<FileEntry, 'name' | 'offset' | 'symlink'> {
  /** A symbolic link's target as the torrent says it: below the top folder, not checked; null for others. */
  target: string | null
}

/** A pad file that the torrent does not name, or not with a path (libtorrent calls it by its size). */
export function padFile(path: string, size: number): RawFile {
  return { path, size, pad: true, executable: false, hidden: false, target: null }
}

/**
 * Size, attributes (BEP 47 `attr`: p, x, h, l) and link target of a file's dictionary. A symbolic link has
 * no bytes; `attr` l without a usable `symlink path` is an empty file. Throws MetainfoError.
 */
export function fileFields(dict: BDict): Omit<RawFile, 'path'> {
  const attributes = Buffer.from(dict.bytes('attr') ?? []).toString('latin1')
  const link = attributes.includes('l')
  const size = link ? 0 : dict.integer('length')
  if (typeof size !== 'number' || size < 0 || size > maxFileSize) {
    throw new MetainfoError('invalid length of torrent')
  }
  const target = link ? elements(dict.list('symlink path') ?? []).join('/') : ''
  return {
    size,
    pad: attributes.includes('p'),
    executable: attributes.includes('x'),
    hidden: attributes.includes('h'),
    target: target === '' ? null : target,
  }
}

/** The safe elements of a path; the ones that are left out, like '..', are gone. Throws MetainfoError. */
export function elements(path: BValue[]): string[] {
  const raw = path.map((element) => {
    if (element instanceof Uint8Array) return element
    throw new MetainfoError("invalid 'name' of torrent (possible exploit attempt)")
  })
  return raw.map(pathElement).filter((element) => element !== null)
}
