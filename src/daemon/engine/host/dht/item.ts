import { BDict, type BInput, type BValue, bdecode } from '../../../../metainfo/index.ts'

/** Code and words of an error that a node is told (BEP 5, BEP 44). */
export type Refusal = [code: number, why: string]

/** BEP 44's limits, bytes. */
const longestValue = 1000
const longestSalt = 64
const keyLength = 32
const signatureLength = 64

/**
 * What a `put` (BEP 44) wants to leave here, as far as the library can keep it: it writes a value anew to hash it and to
 * hand it out, so only what is then the same byte for byte is taken. `given` was decoded from `bytes`.
 */
export function storable(given: BDict, bytes: Uint8Array): { [name: string]: BInput } | Refusal {
  const v = given.entry('v')
  if (v === undefined) return [203, "missing 'v'"]
  if (v.end - v.start > longestValue) return [205, 'message (v field) too big']
  if (!keptWhole(bytes.subarray(v.start, v.end))) return [203, "invalid 'v'"]
  const [k, sig, seq, salt, cas] = ['k', 'sig', 'seq', 'salt', 'cas'].map((name) => given.get(name))
  if (k === undefined && sig === undefined) return { v: v.value }
  if (!(k instanceof Uint8Array) || k.length !== keyLength) return [203, "missing or invalid 'k'"]
  if (!(sig instanceof Uint8Array) || sig.length !== signatureLength) return [203, "missing or invalid 'sig'"]
  if (!isCount(seq)) return [203, "missing or invalid 'seq'"]
  if (salt !== undefined && !(salt instanceof Uint8Array)) return [203, "invalid 'salt'"]
  if (salt !== undefined && salt.length > longestSalt) return [207, 'salt (salt field) too big']
  if (cas !== undefined && !isCount(cas)) return [203, "invalid 'cas'"]
  return { v: v.value, k, sig, seq, ...(salt !== undefined && { salt }), ...(cas !== undefined && { cas }) }
}

function isCount(value: BValue | undefined): value is number {
  return typeof value === 'number' && value >= 0
}

function keptWhole(bytes: Uint8Array): boolean {
  try {
    return isKept(bdecode(bytes, { form: 'canonical' }))
  } catch {
    // not encoded by the book, so it would not be the same again
    return false
  }
}

function isKept(value: BValue): boolean {
  if (typeof value === 'bigint') return false
  if (Array.isArray(value)) return value.every(isKept)
  if (!(value instanceof BDict)) return true
  // the library keeps a dictionary as an object, whose names are text
  return value.entries.every(
    ({ key, value }) => /^[\x20-\x7e]*$/.test(key) && key !== '__proto__' && isKept(value),
  )
}
