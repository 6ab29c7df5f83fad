import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from '../../src/program/nearest.ts'

const names = ['status', 'pause', 'resume', 'userdata', 'info_hash']
const cases: [given: string, meant: string | undefined][] = [
  ['staus', 'status'],
  ['sttaus', 'status'],
  ['Status', 'status'],
  ['infohash', 'info_hash'],
  ['user_data', 'userdata'],
  ['paus', 'pause'],
  ['resum', 'resume'],
  ['zzzzzz', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
]

for (const [given, meant] of cases) {
  test(`nearest: ${given.slice(0, 20)} means ${meant ?? 'nothing'}`, () =>
    assert.equal(nearest(given, names), meant))
}

test('nearest: among equals the first, and never the name itself', () => {
  assert.equal(nearest('ab', ['ac', 'ad']), 'ac')
  assert.equal(nearest('ab', ['ab']), undefined)
})
