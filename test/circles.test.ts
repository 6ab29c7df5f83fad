// The finder of circles that test/imports.test.ts relies on.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { circlesOf } from '../scripts/imports/circles.ts'

const circles = (edges: Record<string, string[]>) => circlesOf(new Map(Object.entries(edges)))

test('files that import one way make no circle, however many ways lead to one file', () => {
  assert.deepEqual(circles({ a: ['b', 'c'], b: ['c'], c: ['outside'] }), [])
})

test('a circle is found with all its files, and what only leads to it or from it is none of them', () => {
  assert.deepEqual(circles({ in: ['a'], a: ['b'], b: ['c', 'out'], c: ['a'], out: [] }), [['a', 'b', 'c']])
})

test('two circles with a file in common are one, and two without are two', () => {
  assert.deepEqual(circles({ a: ['b'], b: ['a', 'c'], c: ['b'] }), [['a', 'b', 'c']])
  assert.deepEqual(circles({ a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] }), [
    ['a', 'b'],
    ['c', 'd'],
  ])
})
