import { flags, numberFields } from './language.ts'
import type { PqlStatusField } from './status-field.ts'
import type { PqlExpression } from './types.ts'

/** The fields of TorrentStatus that a query reads: a subject needs no others. */
export function fieldsOf(expression: PqlExpression): ReadonlySet<PqlStatusField> {
  const fields = new Set<PqlStatusField>()
  collect(expression, fields)
  return fields
}

function collect(expression: PqlExpression, fields: Set<PqlStatusField>): void {
  switch (expression.kind) {
    case 'and':
    case 'or':
      for (const term of expression.terms) collect(term, fields)
      return
    case 'not':
      collect(expression.term, fields)
      return
    case 'flag':
      fields.add(flags[expression.flag])
      return
    case 'number':
      for (const field of numberFields[expression.field]) fields.add(field)
      return
    case 'string':
      fields.add(expression.field)
      return
    case 'tag':
      fields.add('tags')
  }
}
