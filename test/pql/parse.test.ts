import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PqlExpression, parsePql } from '../../src/pql/index.ts'
import { comparisons, flags, numberFields, stringFields, unitFactors } from './random.ts'

const paused: PqlExpression = { kind: 'flag', flag: 'paused' }
const seeding: PqlExpression = { kind: 'flag', flag: 'seeding' }
const moving: PqlExpression = { kind: 'flag', flag: 'moving' }

function parses(text: string, expected: PqlExpression): void {
  assert.deepStrictEqual(parsePql(text), expected, text)
}

/** A query on `size` with a number. */
const size = (amount: number, unit: keyof typeof unitFactors | null = null): PqlExpression => {
  return { kind: 'number', field: 'size', operator: '>', amount, unit }
}

const name = (text: string): PqlExpression => ({ kind: 'string', field: 'name', operator: '=', text })

test('every number field takes every comparison, whole and broken numbers', () => {
  for (const field of numberFields)
    for (const operator of comparisons)
      for (const amount of [1, 1.5])
        parses(`${field} ${operator} ${amount}`, { kind: 'number', field, operator, amount, unit: null })
})

test('every string field takes every comparison, name and save_path also contains', () => {
  for (const field of stringFields)
    for (const operator of comparisons)
      parses(`${field} ${operator} "x"`, { kind: 'string', field, operator, text: 'x' })
  for (const field of ['name', 'save_path'] as const)
    parses(`${field} contains "x"`, { kind: 'string', field, operator: 'contains', text: 'x' })
  parses('tags contains "x"', { kind: 'tag', tag: 'x' })
})

test('every flag', () => {
  for (const flag of flags) parses(`is:${flag}`, { kind: 'flag', flag })
})

test('every unit, with and without a space, on whole and broken numbers', () => {
  for (const unit of Object.keys(unitFactors) as (keyof typeof unitFactors)[]) {
    parses(`size > 3${unit}`, size(3, unit))
    parses(`size > 3 ${unit}`, size(3, unit))
    parses(`size > -1.5${unit}`, size(-1.5, unit))
  }
})

test('numbers as Porla writes them', () => {
  parses('size > 007', size(7))
  parses('size > -5', size(-5))
  parses('size > 01.50', size(1.5))
  parses('size > -0', size(0))
  parses('size > 9223372036854775807', size(2 ** 63))
  parses(`size > 1${'0'.repeat(30)}`, size(1e30))
})

test('and binds tighter than or, not tighter than both, chains are flat', () => {
  parses('is:paused or is:seeding and is:moving', {
    kind: 'or',
    terms: [paused, { kind: 'and', terms: [seeding, moving] }],
  })
  parses('is:paused and is:seeding or is:moving', {
    kind: 'or',
    terms: [{ kind: 'and', terms: [paused, seeding] }, moving],
  })
  parses('not is:paused and is:seeding', { kind: 'and', terms: [{ kind: 'not', term: paused }, seeding] })
  parses('is:paused and is:seeding and is:moving', { kind: 'and', terms: [paused, seeding, moving] })
})

test('parentheses group, and not stands before anything', () => {
  const either: PqlExpression = { kind: 'or', terms: [paused, seeding] }
  parses('(is:paused or is:seeding) and is:moving', { kind: 'and', terms: [either, moving] })
  parses('not (is:paused or is:seeding)', { kind: 'not', term: either })
  parses('not not is:paused', { kind: 'not', term: { kind: 'not', term: paused } })
  parses('not size > 1', { kind: 'not', term: size(1) })
  parses('not(is:paused)', { kind: 'not', term: paused })
  parses('((is:paused))', paused)
  parses('(is:paused and is:seeding) and is:moving', {
    kind: 'and',
    terms: [{ kind: 'and', terms: [paused, seeding] }, moving],
  })
})

test('white space is free, and not needed where tokens end by themselves', () => {
  parses(' \t\r\nsize\n>\r\n1\tgb ', size(1, 'gb'))
  parses('size>1gb', size(1, 'gb'))
  parses('is: paused', paused)
  parses('is:\n paused', paused)
  parses('name="a"and size>1or is:paused', {
    kind: 'or',
    terms: [{ kind: 'and', terms: [name('a'), size(1)] }, paused],
  })
})

test('a backslash has a meaning only directly before a double quote', () => {
  for (const [written, text] of [
    ['', ''],
    ['a b', 'a b'],
    ['line\nbreak\tand tab', 'line\nbreak\tand tab'],
    ["it's (and) is:paused", "it's (and) is:paused"],
    // As in Porla:
    ['C:\\new\\temp', 'C:\\new\\temp'],
    ['\\\\server\\share', '\\\\server\\share'],
    ['\\n', '\\n'],
    // What Porla cannot say:
    ['say \\"hi\\"', 'say "hi"'],
    ['\\"', '"'],
    ['C:\\\\', 'C:\\'],
    ['a\\\\\\"b', 'a\\"b'],
    ['a\\\\b\\\\\\\\', 'a\\\\b\\\\'],
  ] as const)
    parses(`name = "${written}"`, name(text))
})

test('an expression is frozen through and through', () => {
  const frozen = (expression: PqlExpression): void => {
    assert.ok(Object.isFrozen(expression), expression.kind)
    if (expression.kind === 'not') frozen(expression.term)
    if (expression.kind === 'and' || expression.kind === 'or') {
      assert.ok(Object.isFrozen(expression.terms))
      for (const term of expression.terms) frozen(term)
    }
  }
  frozen(parsePql('not (is:paused or size > 1 and name = "x") and tags contains "y"'))
})
