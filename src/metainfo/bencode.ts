import { BDict, type BValue } from './dict.ts'
import { MetainfoError } from './error.ts'

/** What can be encoded: decoded values, and text (as UTF-8), arrays and plain objects for new ones. */
export type BInput = BValue | string | readonly BInput[] | { readonly [key: string]: BInput | undefined }

/**
 * Bencodes a value. A plain object's keys are sorted by their bytes and undefined members are left out; a
 * BDict keeps its own order and doubles, so decoding and encoding gives the same bytes back (leading zeros
 * apart). Throws MetainfoError for a number that is no safe integer.
 */
export function bencode(value: BInput): Uint8Array {
  const parts: Uint8Array[] = []
  append(parts, value)
  return Buffer.concat(parts)
}

function append(parts: Uint8Array[], value: BInput): void {
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw new MetainfoError(`only whole numbers up to 2^53 can be bencoded, not ${value}`)
    }
    parts.push(Buffer.from(`i${value}e`))
  } else if (typeof value === 'string') {
    appendBytes(parts, Buffer.from(value))
  } else if (value instanceof Uint8Array) {
    appendBytes(parts, value)
  } else if (Array.isArray(value)) {
    parts.push(Buffer.from('l'))
    for (const item of value) append(parts, item)
    parts.push(Buffer.from('e'))
  } else {
    const entries =
      value instanceof BDict
        ? value.entries.map(({ key, value }) => [Buffer.from(key, 'latin1'), value] as const)
        : sortedEntries(value as { readonly [key: string]: BInput | undefined })
    parts.push(Buffer.from('d'))
    for (const [key, item] of entries) {
      appendBytes(parts, key)
      append(parts, item)
    }
    parts.push(Buffer.from('e'))
  }
}

function appendBytes(parts: Uint8Array[], bytes: Uint8Array): void {
  parts.push(Buffer.from(`${bytes.length}:`), bytes)
}

function sortedEntries(object: { readonly [key: string]: BInput | undefined }): [Buffer, BInput][] {
  return Object.entries(object)
    .filter((entry): entry is [string, BInput] => entry[1] !== undefined)
    .map(([key, value]): [Buffer, BInput] => [Buffer.from(key), value])
    .sort(([a], [b]) => Buffer.compare(a, b))
}
