// PQL, Porla's query language: pure, without any state, for the daemon and the CLI alike. docs/pql.md is for users.

export { compilePql } from './compile.ts'
export { PqlError } from './error.ts'
export { fieldsOf } from './fields-of.ts'
export { formatPql } from './format.ts'
export { maxNesting, parsePql } from './parse.ts'
export type { PqlStatusField } from './status-field.ts'
export type {
  PqlAnd,
  PqlExpression,
  PqlFilter,
  PqlFlag,
  PqlNot,
  PqlNumberPredicate,
  PqlOr,
  PqlPredicate,
  PqlStringPredicate,
  PqlSubject,
  PqlTagPredicate,
} from './types.ts'
