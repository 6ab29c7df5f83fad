import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visible, visibleJson } from '../../src/program/visible.ts'

/** One of each kind that a terminal obeys or that hides what is there (ECMA-48, Unicode's bidirectional controls). */
const kinds: [string, string][] = [
  ['\0', '\\x00'],
  ['\x07', '\\x07'],
  ['\x1b[31m', '\\x1b[31m'],
  ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\x7f', '\\x7f'],
  ['\x85', '\\u{85}'],
  ['\x9b1m', '\\u{9b}1m'],
  ['\u061c', '\\u{61c}'],
  ['\u200e\u200f', '\\u{200e}\\u{200f}'],
  ['\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['\u202agpj.exe\u202e', '\\u{202a}gpj.exe\\u{202e}'],
  ['\u2066\u2069', '\\u{2066}\\u{2069}'],
]

test('each kind of character that a terminal would obey is an escape; all else stays', () => {
  for (const [raw, shown] of kinds) assert.equal(visible(`a${raw}b`), `a${shown}b`)
  const plain = 'Ünï 文字 عربي 👩‍👩‍👧 \\x1b a\u00a0b'
  assert.equal(visible(plain), plain)
  assert.equal(visible('a\n\tb\x1b', { keep: '\n\t' }), 'a\n\tb\\x1b')
})

test('JSON keeps its meaning', () => {
  const value = { name: kinds.map(([raw]) => raw).join('|') }
  const json = visibleJson(JSON.stringify(value, null, 2))
  assert.deepEqual(JSON.parse(json), value)
  assert.equal(visible(json, { keep: '\n' }), json)
})
