import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePql, fieldsOf, type PqlStatusField, type PqlSubject, parsePql } from '../../src/pql/index.ts'
import {
  comparisons,
  now,
  numberFields,
  random,
  randomExpression,
  randomSubject,
  stringFields,
  subject,
  unitFactors,
} from './random.ts'

function includes(text: string, changes: Partial<PqlSubject> = {}): boolean {
  return compilePql(parsePql(text))(subject(changes), now)
}

/** What each comparison says of a value that is less than, equal to and more than the one in the query. */
const meaning = {
  '=': [false, true, false],
  '!=': [true, false, true],
  '>': [false, false, true],
  '>=': [false, true, true],
  '<': [true, false, false],
  '<=': [true, true, false],
}

test('every comparison on every number field', () => {
  const holding = (field: (typeof numberFields)[number], value: number): Partial<PqlSubject> =>
    field === 'age' ? { added_time: now - value } : field === 'size' ? { total: value } : { [field]: value }
  for (const field of numberFields)
    for (const operator of comparisons)
      for (const [index, value] of [9, 10, 11].entries())
        assert.equal(
          includes(`${field} ${operator} 10`, holding(field, value)),
          meaning[operator][index],
          `${field} of ${value} ${operator} 10`,
        )
})

test('every comparison on every string field', () => {
  for (const field of stringFields)
    for (const operator of comparisons)
      for (const [index, value] of ['a', 'b', 'ba'].entries())
        assert.equal(
          includes(`${field} ${operator} "b"`, { [field]: value }),
          meaning[operator][index],
          `${field} of ${value} ${operator} "b"`,
        )
})

test('every unit multiplies', () => {
  for (const [unit, factor] of Object.entries(unitFactors)) {
    assert.ok(includes(`size = 3${unit}`, { total: 3 * factor }), unit)
    assert.ok(!includes(`size = 3${unit}`, { total: 3 * factor + 1 }), unit)
    assert.ok(includes(`age = 2.5 ${unit}`, { added_time: now - 2.5 * factor }), unit)
  }
})

test('every flag', () => {
  const states = ['downloading', 'finished', 'seeding'] as const
  for (const flag of states)
    for (const state of [...states, 'checking_files', 'downloading_metadata'] as const)
      assert.equal(includes(`is:${flag}`, { state }), state === flag, `is:${flag}, ${state}`)
  assert.ok(includes('is:paused', { flags: ['auto_managed', 'paused'], state: 'seeding' }))
  assert.ok(!includes('is:paused', { flags: ['auto_managed'] }))
  assert.ok(includes('is:moving', { moving_storage: true }))
  assert.ok(!includes('is:moving'))
})

test('size is unknown before metadata: every operator is false, only != is true', () => {
  const unknown = { has_metadata: false, total: 0 }
  for (const operator of comparisons)
    assert.equal(includes(`size ${operator} 0`, unknown), operator === '!=', operator)
  assert.ok(includes('not size > 1gb', unknown))
})

test('a torrent without a category is in no category', () => {
  for (const operator of comparisons)
    assert.equal(includes(`category ${operator} "a"`, { category: null }), operator === '!=', operator)
  assert.ok(!includes('category = ""', { category: null }))
  assert.ok(includes('category = ""', { category: '' }))
  assert.ok(includes('not category >= ""', { category: null }))
  assert.ok(!includes('not category >= ""', { category: '' }))
})

test('contains looks for a part of a name or path, and for a whole tag', () => {
  assert.ok(includes('name contains "12"'))
  assert.ok(includes('name contains ""'))
  assert.ok(!includes('name contains "Debian"'))
  assert.ok(includes('save_path contains "/iso"'))
  assert.ok(!includes('save_path contains "/iso/"'))
  assert.ok(includes('tags contains "iso"'))
  assert.ok(!includes('tags contains "is"'))
  assert.ok(!includes('tags contains "iso"', { tags: [] }))
  assert.ok(includes('tags contains "a\\"b"', { tags: ['a"b'] }))
})

test('strings are ordered by their UTF-8 bytes', () => {
  const words = ['', 'A', 'a', 'a\0', 'aa', 'b', 'ä', '\ud7ff', '\ue000', '～', '😀', '😁', '\u{10ffff}']
  for (const left of words)
    for (const right of words) {
      const order = Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right)))
      for (const operator of comparisons)
        assert.equal(
          includes(`name ${operator} "${right}"`, { name: left }),
          meaning[operator][order + 1],
          JSON.stringify([left, operator, right]),
        )
    }
})

test('broken numbers and large ones compare as numbers', () => {
  assert.ok(includes('progress = 0.5'))
  assert.ok(includes('progress = 1', { progress: 1 }))
  assert.ok(includes('progress = 1.0', { progress: 1 }))
  assert.ok(includes('progress < 1', { progress: 0.999999 }))
  assert.ok(includes('ratio > 1', { ratio: 1.01 }))
  assert.ok(includes('ratio = 0.1', { ratio: 0.1 }))
  assert.ok(includes('size > 0.5gb and size < 1.5gb'))
  assert.ok(includes('size < 9223372036854775807', { total: Number.MAX_SAFE_INTEGER }))
  assert.ok(includes('age < 0', { added_time: now + 5 }))
  assert.ok(includes('age = -5', { added_time: now + 5 }))
})

test('and, or, not and parentheses', () => {
  const truth = { t: 'is:downloading', f: 'is:seeding' }
  for (const [pattern, expected] of [
    ['t and t', true],
    ['t and f', false],
    ['f or t', true],
    ['f or f', false],
    ['t or t and f', true],
    ['(t or t) and f', false],
    ['not f and f', false],
    ['not (f and f)', true],
    ['not not t', true],
    ['f or f or t', true],
    ['t and t and f', false],
    ['f and t or t', true],
    ['f and (t or t)', false],
  ] as const) {
    const text = pattern.replace(/\b[tf]\b/g, (letter) => truth[letter as 't' | 'f'])
    assert.equal(includes(text), expected, text)
  }
})

test('fieldsOf names the status fields behind a query', () => {
  for (const [text, ...fields] of [
    ['age > 1d', 'added_time'],
    ['size > 1gb', 'has_metadata', 'total'],
    ['is:paused', 'flags'],
    ['is:moving', 'moving_storage'],
    ['is:seeding or is:finished or is:downloading', 'state'],
    ['not (name = "a" and tags contains "b") or category != "c"', 'category', 'name', 'tags'],
    ['save_path contains "/" and ratio > 1 and progress < 1', 'progress', 'ratio', 'save_path'],
    ['upload_rate > 1 or download_rate > 1', 'download_rate', 'upload_rate'],
    [
      'active_duration > 1 and seeding_duration > 1 and finished_duration > 1',
      'active_duration',
      'finished_duration',
      'seeding_duration',
    ],
  ] as [string, ...PqlStatusField[]][])
    assert.deepEqual([...fieldsOf(parsePql(text))].sort(), fields, text)
})

test('a query reads nothing but what fieldsOf names, and stops when the result is known', () => {
  const pick = random(7)
  for (let round = 0; round < 2000; round++) {
    const expression = randomExpression(pick, 3)
    const fields = fieldsOf(expression)
    const torrent = randomSubject(pick)
    const watched = new Proxy(torrent, {
      get(target, key) {
        assert.ok(fields.has(key as PqlStatusField), `${String(key)} was read`)
        return target[key as PqlStatusField]
      },
    })
    assert.equal(compilePql(expression)(watched, now), compilePql(expression)(torrent, now))
  }
  const once = {
    ...subject(),
    get ratio(): number {
      throw new Error('read in vain')
    },
  }
  assert.equal(compilePql(parsePql('is:seeding and ratio > 1'))(once, now), false)
  assert.equal(compilePql(parsePql('is:downloading or ratio > 1'))(once, now), true)
})

test('!= is the opposite of = whatever the torrent', () => {
  const pick = random(8)
  for (let round = 0; round < 2000; round++) {
    const expression = randomExpression(pick, 0)
    if (expression.kind !== 'number' && expression.kind !== 'string') continue
    const torrent = randomSubject(pick)
    const equal = compilePql({ ...expression, operator: '=' })(torrent, now)
    assert.equal(compilePql({ ...expression, operator: '!=' })(torrent, now), !equal)
  }
})
