import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePql, formatPql, PqlError, parsePql } from '../../src/pql/index.ts'
import { now, one, type Pick, random, randomExpression, randomSubject, subject } from './random.ts'

/** Far above what is needed, far below what a quadratic parser needs. */
const timeLimitMs = 3000

test('parentheses stand where they are needed only', () => {
  for (const [text, expected] of [
    ['((is:paused))', 'is:paused'],
    ['(is:paused and is:moving) or is:seeding', 'is:paused and is:moving or is:seeding'],
    ['(is:paused or is:moving) and is:seeding', '(is:paused or is:moving) and is:seeding'],
    ['not (is:paused)', 'not is:paused'],
    ['not ( not (is:paused or is:moving) )', 'not not (is:paused or is:moving)'],
    ['is:paused and (is:moving and is:seeding)', 'is:paused and (is:moving and is:seeding)'],
    ['size>1.50 gb and name="a\\"b\\\\"', 'size > 1.5gb and name = "a\\"b\\\\"'],
    ['size > 0.00000015', 'size > 0.00000015'],
    ['size > 1000000000000000000000', 'size > 1000000000000000000000'],
    ['tags contains "C:\\x"', 'tags contains "C:\\x"'],
  ] as const)
    assert.equal(formatPql(parsePql(text)), expected)
})

test('what is printed parses to the same expression', () => {
  const pick = random(1)
  for (let round = 0; round < 5000; round++) {
    const expression = randomExpression(pick, pick(5))
    const text = formatPql(expression)
    assert.deepStrictEqual(parsePql(text), expression, text)
  }
})

test('more white space and parentheses change nothing', () => {
  const pick = random(2)
  const space = () => Array.from({ length: pick(3) }, () => one(pick, [' ', '\n', '\t', '\r\n'])).join('')
  // Strings stay whole, which is simple to say as long as none has a backslash.
  const pieces = /"[^"]*"|is:|[a-z_]+|-?\d+(?:\.\d+)?|[<>!]?=|[<>()]/g
  for (let round = 0; round < 2000; round++) {
    const expression = randomExpression(pick, 3)
    if (/\\/.test(formatPql(expression))) continue
    const loose = formatPql(expression).replace(pieces, (piece) => `${space()}${piece}${space()}`)
    assert.deepStrictEqual(parsePql(`(${loose})`), expression, loose)
  }
})

/** Pieces of the language, and of what is nearly the language. */
const soup = [
  ...'and or not contains is: is : paused name size tags category progress __proto__ constructor'.split(' '),
  ...'= != > >= < <= ! ( ) " "a" "b\\" \\ 1 -2 1.5 . - gb s é 😀'.split(' '),
  ...[' ', ' ', ' ', '\n', '\t', '\0', '\u00a0', '\ud83d'],
]

function mutate(text: string, pick: Pick): string {
  let out = text
  for (let change = pick(4); change >= 0; change--) {
    const at = pick(out.length + 1)
    const cut = pick(2) === 0 ? 0 : pick(6)
    out = out.slice(0, at) + (pick(3) === 0 ? '' : one(pick, soup)) + out.slice(at + cut)
  }
  return out
}

test('any text parses or throws a PqlError whose place is in it', { timeout: 60_000 }, () => {
  const pick = random(3)
  const seen = { parsed: 0, refused: 0 }
  for (let round = 0; round < 30_000; round++) {
    const text =
      round % 3 === 0
        ? Array.from({ length: pick(12) }, () => one(pick, soup)).join('')
        : mutate(formatPql(randomExpression(pick, 2)), pick)
    try {
      const expression = parsePql(text)
      seen.parsed++
      assert.deepStrictEqual(parsePql(formatPql(expression)), expression, text)
      assert.equal(typeof compilePql(expression)(randomSubject(pick), now), 'boolean')
    } catch (error) {
      if (!(error instanceof PqlError)) throw error
      seen.refused++
      assert.ok(error.offset >= 0 && error.offset <= text.length, text)
      assert.match(error.message, / at (line \d+, )?column \d+/)
      assert.doesNotMatch(error.message, /[\p{Cc}\p{Cs}]/u)
      assert.equal(error.excerpt.split('\n').length, 2)
    }
  }
  assert.ok(seen.parsed > 2000 && seen.refused > 10_000, JSON.stringify(seen))
})

test('a text of a megabyte takes time in proportion', () => {
  const million = 1_000_000
  const texts = {
    chain: `is:paused${' and size > 1gb or is:paused'.repeat(million / 28)}`,
    flat: `is:paused${' or is:moving'.repeat(million / 13)}`,
    string: `name = "${'x'.repeat(million)}"`,
    quotes: `name = "${'\\"'.repeat(million / 2)}"`,
    slashes: `name = "${'\\'.repeat(million)}x"`,
    space: `${' '.repeat(million)}is:paused`,
    digits: `size > ${'0'.repeat(million)}1`,
    groups: Array(Math.floor(million / 420))
      .fill(`${'('.repeat(200)}is:paused${')'.repeat(200)}`)
      .join(' and '),
    unterminated: `name = "${'\\"'.repeat(million / 2)}`,
    word: 'x'.repeat(million),
    lines: `${'\n'.repeat(million)}x`,
    symbols: '>'.repeat(million),
  }
  for (const [what, text] of Object.entries(texts)) {
    const start = performance.now()
    try {
      const expression = parsePql(text)
      assert.deepStrictEqual(parsePql(formatPql(expression)), expression)
      compilePql(expression)(subject(), now)
    } catch (error) {
      if (!(error instanceof PqlError)) throw error
    }
    const took = performance.now() - start
    assert.ok(took < timeLimitMs, `${what}: ${took} ms`)
  }
})
