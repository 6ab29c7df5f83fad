import type { PqlExpression, PqlSubject } from '../../src/pql/index.ts'
import { stateNames } from '../../src/rpc/contract/types.ts'

/** A whole number from 0 up to `below`. */
export type Pick = (below: number) => number

/** The same numbers for the same seed (mulberry32). */
export function random(seed: number): Pick {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export function one<T>(pick: Pick, from: readonly T[]): T {
  return from[pick(from.length)]!
}

export const numberFields = [
  'active_duration',
  'age',
  'download_rate',
  'finished_duration',
  'progress',
  'ratio',
  'seeding_duration',
  'size',
  'upload_rate',
] as const
export const stringFields = ['category', 'name', 'save_path'] as const
export const flags = ['downloading', 'finished', 'moving', 'paused', 'seeding'] as const
export const comparisons = ['=', '!=', '>', '>=', '<', '<='] as const
export const unitFactors = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
  w: 604800,
  b: 1,
  kb: 1024,
  mb: 1048576,
  gb: 1073741824,
  tb: 1099511627776,
  pb: 1125899906842624,
  bps: 1,
  kbps: 1024,
  mbps: 1048576,
  gbps: 1073741824,
} as const
const units = Object.keys(unitFactors) as (keyof typeof unitFactors)[]

/** Pieces that are hard to write or to compare. */
const textPieces = [
  'a',
  'B',
  ' ',
  '"',
  '\\',
  '\\\\',
  '\\"',
  '\n',
  '\t',
  '\r',
  'and',
  "'",
  'ü',
  '～',
  '😀',
  '\0',
]
const amounts = [
  0,
  1,
  -1,
  5,
  0.5,
  -2.25,
  1e-7,
  1.5e-9,
  5e-324,
  1e21,
  1.2345e25,
  2 ** 53,
  2 ** 63,
  -(2 ** 70),
  0.1,
]

export function randomText(pick: Pick): string {
  return Array.from({ length: pick(6) }, () => one(pick, textPieces)).join('')
}

/** An expression of at most `depth` levels below this one. */
export function randomExpression(pick: Pick, depth: number): PqlExpression {
  const terms = () => Array.from({ length: 2 + pick(3) }, () => randomExpression(pick, depth - 1))
  switch (depth > 0 ? pick(8) : 3 + pick(5)) {
    case 0:
      return { kind: 'and', terms: terms() }
    case 1:
      return { kind: 'or', terms: terms() }
    case 2:
      return { kind: 'not', term: randomExpression(pick, depth - 1) }
    case 3:
      return { kind: 'flag', flag: one(pick, flags) }
    case 4:
      return { kind: 'tag', tag: randomText(pick) }
    case 5: {
      const field = one(pick, stringFields)
      const operator =
        field === 'category' ? one(pick, comparisons) : one(pick, [...comparisons, 'contains'] as const)
      return { kind: 'string', field, operator, text: randomText(pick) }
    }
    default: {
      const field = one(pick, numberFields)
      const unit = field === 'progress' || pick(2) === 0 ? null : one(pick, units)
      return { kind: 'number', field, operator: one(pick, comparisons), amount: one(pick, amounts), unit }
    }
  }
}

export const now = 1_700_000_000

/** A torrent that is 100 s old, 1 GiB large and half done, but for `changes`. */
export function subject(changes: Partial<PqlSubject> = {}): PqlSubject {
  return {
    active_duration: 60,
    added_time: now - 100,
    category: 'films',
    download_rate: 2048,
    finished_duration: 0,
    flags: ['auto_managed'],
    has_metadata: true,
    moving_storage: false,
    name: 'debian-12.iso',
    progress: 0.5,
    ratio: 1.5,
    save_path: '/srv/iso',
    seeding_duration: 0,
    state: 'downloading',
    tags: ['linux', 'iso'],
    total: 1024 ** 3,
    upload_rate: 1024,
    ...changes,
  }
}

export function randomSubject(pick: Pick): PqlSubject {
  return subject({
    added_time: now - pick(5_000_000),
    category: one(pick, [null, '', 'films', randomText(pick)]),
    download_rate: pick(3_000_000),
    finished_duration: pick(100_000),
    flags: pick(2) === 0 ? ['paused', 'auto_managed'] : [],
    has_metadata: pick(4) > 0,
    moving_storage: pick(5) === 0,
    name: randomText(pick),
    progress: pick(101) / 100,
    ratio: pick(500) / 100,
    state: one(pick, stateNames),
    tags: [randomText(pick), randomText(pick)],
    total: pick(2 ** 31) * 16,
  })
}
