import type { TorrentStatus } from '../rpc/contract/types.ts'
import type { Comparison, FlagName, NumberField, Operator, StringField, Unit } from './language.ts'
import type { PqlStatusField } from './status-field.ts'

/**
 * A parsed query: plain frozen objects, told apart by `kind`. Grouping is kept as written, so `(a and b) and c` has
 * an `and` inside an `and`; parentheses that group nothing leave no trace.
 */
export type PqlExpression = PqlAnd | PqlOr | PqlNot | PqlFlag | PqlPredicate

/** One test of one field. */
export type PqlPredicate = PqlNumberPredicate | PqlStringPredicate | PqlTagPredicate

/** True when every term is; two terms or more. A flat list, so a long chain is not a deep tree. */
export interface PqlAnd {
  readonly kind: 'and'
  readonly terms: readonly PqlExpression[]
}

/** True when one term is; two terms or more. */
export interface PqlOr {
  readonly kind: 'or'
  readonly terms: readonly PqlExpression[]
}

export interface PqlNot {
  readonly kind: 'not'
  readonly term: PqlExpression
}

/** `is:paused` and the like. */
export interface PqlFlag {
  readonly kind: 'flag'
  readonly flag: FlagName
}

export interface PqlNumberPredicate {
  readonly kind: 'number'
  readonly field: NumberField
  readonly operator: Comparison
  /** As written, finite, never -0. What is compared is `amount` times the unit's factor. */
  readonly amount: number
  /** null when none was written. */
  readonly unit: Unit | null
}

export interface PqlStringPredicate {
  readonly kind: 'string'
  readonly field: StringField
  /** `category` has no `contains`. */
  readonly operator: Operator
  /** Without quotes and escapes. */
  readonly text: string
}

/** `tags contains "x"`: one of the tags is exactly `tag`. */
export interface PqlTagPredicate {
  readonly kind: 'tag'
  readonly tag: string
}

/** What a query is asked about: of these fields, only those that `fieldsOf` names are read. */
export type PqlSubject = Pick<TorrentStatus, PqlStatusField>

/** Tells whether a torrent is included; `now` is unix seconds and matters for `age` alone. */
export type PqlFilter = (torrent: PqlSubject, now: number) => boolean
