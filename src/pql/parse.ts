import { nearest } from '../program/nearest.ts'
import { PqlError, placeName, quoted } from './error.ts'
import {
  type Comparison,
  type Field,
  fieldNames,
  flags,
  isComparison,
  isField,
  isFlagName,
  isNumberField,
  isUnit,
  keywords,
  type Operator,
  operatorsOf,
  type Unit,
  units,
} from './language.ts'
import { readToken, type Token } from './tokens.ts'
import type { PqlExpression, PqlPredicate } from './types.ts'

/** How many parentheses and `not` may be open at once: far more than a person needs, far less than the stack holds. */
export const maxNesting = 200

/**
 * Parses a query (docs/pql.md describes the language). Takes time in proportion to the text.
 *
 * Everything that can be wrong with a query is found here, with its place, and thrown as a PqlError: also an operator
 * or a kind of value that a field does not take, which in Porla raises only when a torrent is tested, and only if
 * that part of the query is reached. Text after the expression is an error too; Porla ignores it.
 */
export function parsePql(text: string): PqlExpression {
  return new Parser(text).query()
}

const conditionExamples = "such as 'is:paused' or 'size > 1gb'"

class Parser {
  readonly #text: string
  #token: Token
  #nesting = 0

  constructor(text: string) {
    this.#text = text
    this.#token = readToken(text, 0)
  }

  query(): PqlExpression {
    const expression = this.#or()
    if (this.#isSymbol(')')) throw this.#error("there is no '(' for the ')'")
    if (this.#token.kind !== 'end') throw this.#expected("'and', 'or' or the end", ['and', 'or'])
    return expression
  }

  #or(): PqlExpression {
    const terms = [this.#and()]
    while (this.#takeWord('or')) terms.push(this.#and())
    return terms.length === 1 ? terms[0]! : Object.freeze({ kind: 'or', terms: Object.freeze(terms) })
  }

  #and(): PqlExpression {
    const terms = [this.#condition()]
    while (this.#takeWord('and')) terms.push(this.#condition())
    return terms.length === 1 ? terms[0]! : Object.freeze({ kind: 'and', terms: Object.freeze(terms) })
  }

  #condition(): PqlExpression {
    const token = this.#token
    if (this.#isSymbol('(')) return this.#nested(() => this.#group())
    if (this.#isSymbol('is:')) return this.#flag()
    if (token.kind !== 'word') throw this.#expected('a condition', [], conditionExamples)
    if (token.text === 'not')
      return this.#nested(() => {
        this.#advance()
        return Object.freeze({ kind: 'not', term: this.#condition() })
      })
    return this.#predicate(token)
  }

  #nested<T>(read: () => T): T {
    if (++this.#nesting > maxNesting)
      throw this.#error(`more than ${maxNesting} parentheses and 'not' inside one another`)
    const result = read()
    this.#nesting--
    return result
  }

  #group(): PqlExpression {
    const { start } = this.#token
    this.#advance()
    const expression = this.#or()
    if (!this.#isSymbol(')'))
      throw this.#expected(
        "'and', 'or' or ')'",
        ['and', 'or'],
        `the '(' is at ${placeName(this.#text, start)}`,
      )
    this.#advance()
    return expression
  }

  #flag(): PqlExpression {
    this.#advance()
    const token = this.#token
    if (token.kind !== 'word') throw this.#expected("a flag after 'is:'")
    if (!isFlagName(token.text)) throw this.#unknown('flag', token.text, Object.keys(flags))
    this.#advance()
    return Object.freeze({ kind: 'flag', flag: token.text })
  }

  #predicate({ text: name }: { text: string }): PqlPredicate {
    if (keywords.includes(name)) throw this.#expected('a condition', [], conditionExamples)
    if (isFlagName(name)) throw this.#error(`unknown field '${name}'`, `did you mean 'is:${name}'?`)
    if (!isField(name)) throw this.#unknown('field', name, fieldNames, ['not', 'is:'])
    this.#advance()
    const operator = this.#operator(name)
    if (isNumberField(name)) {
      const start = this.#token.start
      const amount = this.#number(name)
      const unit = this.#unit(name)
      if (unit && !Number.isFinite(amount * units[unit]))
        throw new PqlError(this.#text, start, 'the number is too large')
      return Object.freeze({ kind: 'number', field: name, operator: operator as Comparison, amount, unit })
    }
    const text = this.#string(name)
    if (name === 'tags') return Object.freeze({ kind: 'tag', tag: text })
    return Object.freeze({ kind: 'string', field: name, operator, text })
  }

  /** Takes an operator that goes with the field: a comparison where operatorsOf names no other. */
  #operator(field: Field): Operator {
    const token = this.#token
    const text = token.kind === 'word' || token.kind === 'symbol' ? token.text : ''
    if (text !== 'contains' && !isComparison(text))
      throw this.#expected(`an operator after '${field}'`, ['contains'], operatorsOf(field).join(' '))
    if (!operatorsOf(field).includes(text)) {
      const instead = field === 'tags' ? `write 'tags contains "..."'` : `use ${operatorsOf(field).join(' ')}`
      const negated = text === '!=' ? ` with 'not' before it` : ''
      throw this.#error(`'${field}' does not take '${text}'`, instead + negated)
    }
    this.#advance()
    return text
  }

  #number(field: Field): number {
    const token = this.#token
    if (token.kind !== 'number') throw this.#expected(`a number for '${field}'`)
    this.#advance()
    return token.amount
  }

  #string(field: Field): string {
    const token = this.#token
    if (token.kind !== 'string') {
      const advice = token.kind === 'word' ? `write "${quoted(token.text).slice(1, -1)}"` : undefined
      throw this.#expected(`a string in double quotes for '${field}'`, [], advice)
    }
    this.#advance()
    return token.text
  }

  /** Takes the unit of the number before it, if there is one. */
  #unit(field: Field): Unit | null {
    const token = this.#token
    if (token.kind !== 'word' || keywords.includes(token.text) || isField(token.text)) return null
    if (!isUnit(token.text)) throw this.#unknownUnit(token.text)
    if (field === 'progress') throw this.#error("'progress' takes no unit", 'it goes from 0 to 1')
    this.#advance()
    return token.text
  }

  #advance(): void {
    this.#token = readToken(this.#text, this.#token.end)
  }

  #isSymbol(text: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === text
  }

  #takeWord(text: string): boolean {
    if (this.#token.kind !== 'word' || this.#token.text !== text) return false
    this.#advance()
    return true
  }

  #error(problem: string, advice?: string): PqlError {
    return new PqlError(this.#text, this.#token.start, problem, advice)
  }

  /** A name that is none of `names`; `others` are words that might have been meant as well. */
  #unknown(what: string, name: string, names: readonly string[], others: readonly string[] = []): PqlError {
    const near = nearest(name, [...names, ...others])
    return this.#unknownName(what, name, names, near)
  }

  /**
   * Half of the units are one letter long, and every letter is nearly every other: `k` wants a `b`, or the case is
   * wrong, or a longer unit or word is near.
   */
  #unknownUnit(name: string): PqlError {
    const names = Object.keys(units)
    const lower = name.toLowerCase()
    const near = [`${lower}b`, lower].find(isUnit)
    const longer = [...names.filter((unit) => unit.length > 1), 'and', 'or']
    return this.#unknownName('unit', name, names, near ?? nearest(name, longer))
  }

  #unknownName(what: string, name: string, names: readonly string[], near: string | undefined): PqlError {
    const advice = near ? `did you mean '${near}'?` : `the ${what}s are ${names.join(', ')}`
    return this.#error(`unknown ${what} ${quoted(name)}`, advice)
  }

  /** Something else than what must stand here; a word that is nearly one of `words` is taken for it. */
  #expected(what: string, words: readonly string[] = [], advice?: string): PqlError {
    const token = this.#token
    const near = token.kind === 'word' ? nearest(token.text, words) : undefined
    const found = token.kind === 'end' ? 'the end of the text' : this.#quotedToken()
    return this.#error(`expected ${what}, found ${found}`, near ? `did you mean '${near}'?` : advice)
  }

  #quotedToken(): string {
    return quoted(this.#text.slice(this.#token.start, this.#token.end))
  }
}
