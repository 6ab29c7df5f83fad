import type { PqlStatusField } from './status-field.ts'

/** Fields that hold a number, each with the status fields it is computed from. */
export const numberFields = {
  active_duration: ['active_duration'],
  age: ['added_time'],
  download_rate: ['download_rate'],
  finished_duration: ['finished_duration'],
  progress: ['progress'],
  ratio: ['ratio'],
  seeding_duration: ['seeding_duration'],
  size: ['has_metadata', 'total'],
  upload_rate: ['upload_rate'],
} as const satisfies Record<string, readonly PqlStatusField[]>

/** Fields that hold one string; their status fields have the same names. */
export const stringFields = ['category', 'name', 'save_path'] as const satisfies PqlStatusField[]

/** What may follow `is:`, each with the status field it is computed from. */
export const flags = {
  downloading: 'state',
  finished: 'state',
  moving: 'moving_storage',
  paused: 'flags',
  seeding: 'state',
} as const satisfies Record<string, PqlStatusField>

/**
 * What a number is multiplied by. As in Porla every unit goes with every field (`size > 1h` is 3600 bytes), except
 * `progress`, which takes none in either language.
 */
export const units = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
  pb: 1024 ** 5,
  bps: 1,
  kbps: 1024,
  mbps: 1024 ** 2,
  gbps: 1024 ** 3,
} as const

/** Operators that put a value in order, for numbers and strings alike. */
export const comparisons = ['=', '!=', '>', '>=', '<', '<='] as const

export type NumberField = keyof typeof numberFields
export type StringField = (typeof stringFields)[number]
/** Every field a query can name. */
export type Field = NumberField | StringField | 'tags'
export type FlagName = keyof typeof flags
export type Unit = keyof typeof units
export type Comparison = (typeof comparisons)[number]
export type Operator = Comparison | 'contains'

/** Every field in the order of the alphabet. */
export const fieldNames: readonly Field[] = [
  ...(Object.keys(numberFields) as NumberField[]),
  ...stringFields,
  'tags' as const,
].sort()

/** Words with a meaning of their own; none of them is a field, a flag or a unit. */
export const keywords: readonly string[] = ['and', 'or', 'not', 'contains']

export const isNumberField = (name: string): name is NumberField => Object.hasOwn(numberFields, name)
export const isFlagName = (name: string): name is FlagName => Object.hasOwn(flags, name)
export const isUnit = (name: string): name is Unit => Object.hasOwn(units, name)
export const isField = (name: string): name is Field => (fieldNames as readonly string[]).includes(name)
export const isComparison = (text: string): text is Comparison =>
  (comparisons as readonly string[]).includes(text)

/** The operators a field takes. Upstream `category` has no `contains` either, and `tags` nothing else. */
export function operatorsOf(field: Field): readonly Operator[] {
  if (field === 'tags') return ['contains']
  return field === 'name' || field === 'save_path' ? [...comparisons, 'contains'] : comparisons
}
