// docs/pql.md names what the language has, no more and no less, and its examples are what it says.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { formatPql, PqlError, parsePql } from '../../src/pql/index.ts'
import { fieldNames, flags, units } from '../../src/pql/language.ts'

const page = readFileSync(new URL('../../docs/pql.md', import.meta.url), 'utf8')

/** The text under a heading. */
function section(title: string): string {
  const start = page.indexOf(`\n## ${title}\n`)
  assert.notEqual(start, -1, title)
  const end = page.indexOf('\n## ', start + 1)
  return page.slice(start, end === -1 ? undefined : end)
}

/** What stands in code in the first column of a table. */
const firstColumn = (text: string) => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1])

test('every field, flag and unit is on the page', () => {
  assert.deepEqual(firstColumn(section('Fields')), fieldNames)
  assert.deepEqual(
    firstColumn(section('Flags')),
    Object.keys(flags)
      .map((flag) => `is:${flag}`)
      .sort(byPage),
  )
  const listed = [...section('Values').matchAll(/\| `([a-z]+)` \| (\d+)([²³⁴⁵]?)/g)]
  const factors = listed.map(([, unit, base, power]) => [
    unit,
    Number(base) ** (' ²³⁴⁵'.indexOf(power!) + 1 || 1),
  ])
  assert.deepEqual(Object.fromEntries(factors), { ...units })
})

/** The page puts the states first. */
function byPage(a: string, b: string): number {
  const order = section('Flags')
  return order.indexOf(`| \`${a}\``) - order.indexOf(`| \`${b}\``)
}

test('the examples parse', () => {
  const block = page.split('```')[1]!
  const examples = block
    .split('\n')
    .map((line) => line.split('   ')[0]!.trim())
    .filter(Boolean)
  assert.equal(examples.length, 5)
  for (const example of examples) assert.equal(typeof formatPql(parsePql(example)), 'string')
  const [, written, grouped] = /`(not is:paused and [^`]+)` is `([^`]+)`/.exec(page.replace(/\n/g, ' '))!
  assert.deepEqual(parsePql(written!), parsePql(grouped!))
})

test('the error on the page is the one that comes', () => {
  const block = section('Errors').split('```')[1]!.trim()
  const [, query] = block.split('\n') as [string, string]
  assert.throws(
    () => parsePql(query),
    (error) => error instanceof PqlError && `${error.message}\n${error.excerpt}` === block,
  )
})
