import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BDict, type BInput, bdecode, bencode } from '../../src/metainfo/index.ts'
import { latin1 } from './build.ts'

const text = (value: BInput) => Buffer.from(bencode(value)).toString('latin1')

test('values decode to numbers, bigints, bytes, lists and dictionaries', () => {
  assert.equal(bdecode(latin1('i42e')), 42)
  assert.equal(bdecode(latin1('i-7e')), -7)
  assert.equal(bdecode(latin1('i9007199254740991e')), Number.MAX_SAFE_INTEGER)
  assert.equal(bdecode(latin1('i9007199254740993e')), 9007199254740993n)
  assert.deepEqual(bdecode(latin1('3:a\xff\0')), latin1('a\xff\0'))
  assert.deepEqual(bdecode(latin1('0:')), latin1(''))
  assert.deepEqual(bdecode(latin1('lli1eelee')), [[1], []])
  const dict = bdecode(latin1('d1:bi1e1:ai2e1:bi3ee'))
  assert.ok(dict instanceof BDict)
  assert.deepEqual(
    dict.entries.map(({ key, value }) => [key, value]),
    [
      ['b', 1],
      ['a', 2],
      ['b', 3],
    ],
  )
  assert.equal(dict.get('b'), 1, 'the first of two equal keys counts')
  assert.equal(dict.get('c'), undefined)
})

test('a dictionary knows where its values lie in the bytes', () => {
  const bytes = latin1('d1:ad1:bl2:xyee1:ci5ee')
  const dict = bdecode(bytes)
  assert.ok(dict instanceof BDict)
  const slice = (part: { start: number; end: number } | undefined) =>
    part && bytes.subarray(part.start, part.end).toString('latin1')
  assert.equal(slice(dict), bytes.toString('latin1'))
  assert.equal(slice(dict.entry('a')), 'd1:bl2:xyee')
  assert.equal(slice(dict.entry('c')), 'i5e')
  assert.equal(slice(dict.dict('a')), 'd1:bl2:xyee')
})

test('typed getters give undefined for another type', () => {
  const dict = bdecode(latin1('d1:di1e1:l1:x1:ile1:s0:e'))
  assert.ok(dict instanceof BDict)
  assert.equal(dict.dict('d'), undefined)
  assert.equal(dict.list('l'), undefined)
  assert.equal(dict.integer('i'), undefined)
  assert.deepEqual(dict.bytes('s'), latin1(''))
})

const digit = 'expected digit in bencoded string'
const end = 'unexpected end of file in bencoded string'
const value = 'expected value (list, dict, int or string) in bencoded string'
const broken: [input: string, message: string][] = [
  ['', end],
  ['e', end],
  ['5', end],
  ['5:ab', end],
  ['12', 'expected colon in bencoded string'],
  ['1x', digit],
  [':', value],
  ['l:e', value],
  ['x', value],
  ['-1:a', value],
  ['d', end],
  ['d1:a', end],
  ['d1:ae', value],
  ['di1e1:ae', digit],
  ['i', end],
  ['i-', end],
  ['ie', digit],
  ['i-e', digit],
  ['i1', end],
  ['i1.5e', digit],
  ['i111111111111111111111e', 'integer overflow'],
  ['99999999999999999999:a', 'integer overflow'],
  ['9999999999:a', end],
  ['i01e', 'leading zero in integer'],
  ['i-0e', 'leading zero in integer'],
  ['01:a', 'leading zero in string length'],
  ['i1ei2e', 'invalid bencoding'],
  ['l'.repeat(101), 'bencoded nesting depth exceeded'],
  [`${'l'.repeat(100)}${'e'.repeat(100)}`, 'bencoded nesting depth exceeded'],
]
for (const [input, message] of broken) {
  test(`"${input.slice(0, 24)}" is refused: ${message}`, () => {
    assert.throws(() => bdecode(latin1(input)), { name: 'MetainfoError', kind: 'invalid', message })
  })
}

test('99 nested lists and a million items pass, two million do not', () => {
  bdecode(latin1(`${'l'.repeat(99)}${'e'.repeat(99)}`))
  bdecode(Buffer.from(`l${'0:'.repeat(1_000_000)}e`))
  assert.throws(() => bdecode(Buffer.from(`l${'0:'.repeat(2_000_000)}e`)), {
    message: 'bencoded item count limit exceeded',
  })
})

test('loose form takes leading zeros and trailing bytes, canonical form wants sorted keys', () => {
  assert.equal(bdecode(latin1('i007egarbage'), { form: 'loose' }), 7)
  assert.ok(Object.is(bdecode(latin1('i-0e'), { form: 'loose' }), 0))
  assert.throws(() => bdecode(latin1('d1:bi1e1:ai2ee'), { form: 'canonical' }), {
    message: 'unsorted dictionary key',
  })
  assert.throws(() => bdecode(latin1('ld1:bi1e1:bi2eee'), { form: 'canonical' }), {
    message: 'duplicate dictionary key',
  })
  bdecode(latin1('d1:ad1:zi1ee2:abi1e1:bi1ee'), { form: 'canonical' })
})

test('encoding sorts plain objects by bytes and leaves undefined out', () => {
  assert.equal(
    text({ b: 1, a: 'ü', no: undefined, B: [2n, latin1('\xff')] }),
    'd1:Bli2e1:\xffe1:a2:\xc3\xbc1:bi1ee',
  )
  assert.equal(text({ '\uffff': 1, '\u{10000}': 2 }), 'd3:\xef\xbf\xbfi1e4:\xf0\x90\x80\x80i2ee')
  assert.throws(() => bencode(1.5), { name: 'MetainfoError' })
  assert.throws(() => bencode([2 ** 60]), { name: 'MetainfoError' })
})

test('decoding and encoding gives the same bytes back, unsorted and doubled keys too', () => {
  for (const input of ['d1:b0:1:ai-3e1:bl1:\xffd0:i9007199254740993eeee', 'le', 'i0e']) {
    assert.equal(text(bdecode(latin1(input))), input)
  }
})
