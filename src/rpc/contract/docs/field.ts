/**
 * What a field means, told once: the schema of the contract has it as its `description`, the member of the Lua class as
 * its `doc`. Nothing here may import a library: the command line loads these files at every start.
 */
export interface FieldDoc {
  /** Sentences that are right for both: none is said where JSON has null and Lua nil. */
  readonly doc: string
  /** What a number counts: `bytes`, `bytes/s`, `seconds`, `unix seconds`. */
  readonly unit?: string
}

/** A sentence and its unit as one text. */
export const described = ({ doc, unit }: FieldDoc): string =>
  unit === undefined ? doc : `${doc} In ${unit}.`

export const text = (doc: string): FieldDoc => ({ doc })
export const bytes = (doc: string): FieldDoc => ({ doc, unit: 'bytes' })
export const rate = (doc: string): FieldDoc => ({ doc, unit: 'bytes/s' })
export const seconds = (doc: string): FieldDoc => ({ doc, unit: 'seconds' })
export const time = (doc: string): FieldDoc => ({ doc, unit: 'unix seconds' })
