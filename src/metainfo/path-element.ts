import { codePointAt } from './text.ts'

/** From this many bytes on, a name is cut; a short extension is kept. Linux takes 255. */
const cutAt = 240
const longestExtension = 10

const dot = 0x2e

/** NUL, '/', '\' and the marks that turn the writing direction: they make "gpj.exe" look like "exe.jpg". */
const dropped = new Set([0, 0x2f, 0x5c, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x200e, 0x200f])

/** Nothing in here needs a change; by far the most names. */
const plain = /^[ -.0-[\]-\x7f]{1,239}$/

/**
 * One element of a file's path, made safe: the same name that libtorrent gives it on Linux, so that folders
 * are interchangeable (sanitize_append_path_element). NUL, '/', '\' and direction marks are dropped;
 * control characters and broken UTF-8 become '_'; ':', '?', '*' and the like stay; an empty element is '_'; a
 * long one is cut. Null for an element that is left out: '.', '..' and what becomes one of them or nothing.
 */
export function pathElement(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return '_'
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  if (plain.test(latin1)) return latin1 === '.' || latin1 === '..' ? null : latin1

  let name = ''
  let size = 0
  let cut = false
  let at = 0
  while (at < bytes.length) {
    const start = at
    const [codePoint, length] = codePointAt(bytes, at)
    at += length
    if (dropped.has(codePoint)) continue
    if (codePoint < 0x20) {
      name += '_'
      size++
      continue
    }
    name += String.fromCodePoint(codePoint)
    size += length
    if (size >= cutAt && !cut) {
      const extension = extensionStart(bytes, start)
      if (extension === -1) break
      cut = true
      at = extension
    }
  }
  return name === '' || name === '.' || name === '..' ? null : name
}

/** Where a short extension starts, if it does so after `after`; -1 without one. */
function extensionStart(bytes: Uint8Array, after: number): number {
  const found = bytes.lastIndexOf(dot)
  return found > Math.max(bytes.length - longestExtension, after) ? found : -1
}

/** A name that stands for a torrent until its metadata is known, cleaned as file names are; '' for none. */
export function cleanName(name: string): string {
  return name === '' ? '' : (pathElement(Buffer.from(name)) ?? '')
}
