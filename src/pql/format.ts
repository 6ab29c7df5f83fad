import { writeString } from './strings.ts'
import type { PqlExpression } from './types.ts'

/**
 * Writes a query so that parsing it gives the same expression again, with parentheses only where they are needed for
 * that. One line, unless a string holds a line break.
 */
export function formatPql(expression: PqlExpression): string {
  switch (expression.kind) {
    case 'or':
      return expression.terms.map((term) => grouped(term, term.kind === 'or')).join(' or ')
    case 'and':
      return expression.terms.map((term) => grouped(term, isChain(term))).join(' and ')
    case 'not':
      return `not ${grouped(expression.term, isChain(expression.term))}`
    case 'flag':
      return `is:${expression.flag}`
    case 'number':
      return `${expression.field} ${expression.operator} ${decimal(expression.amount)}${expression.unit ?? ''}`
    case 'string':
      return `${expression.field} ${expression.operator} ${writeString(expression.text)}`
    case 'tag':
      return `tags contains ${writeString(expression.tag)}`
  }
}

const isChain = ({ kind }: PqlExpression): boolean => kind === 'and' || kind === 'or'

function grouped(expression: PqlExpression, parentheses: boolean): string {
  return parentheses ? `(${formatPql(expression)})` : formatPql(expression)
}

/** A finite number in digits alone: the language has no exponents. */
function decimal(amount: number): string {
  const shortest = String(amount)
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(shortest)
  if (!match) return shortest
  const [, sign, first, rest = '', exponent] = match
  const digits = `${first}${rest}`
  const places = Number(exponent)
  // String uses an exponent from 1e21 on, where the 17 digits of a double are all before the point.
  return places < 0
    ? `${sign}0.${'0'.repeat(-places - 1)}${digits}`
    : `${sign}${digits.padEnd(places + 1, '0')}`
}
