import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { parseLine } from '../../src/rpc/json.ts'

const code = (code: number, message: RegExp) => ({ name: 'RpcError', code, message })

test('json: parses what is JSON', () => {
  assert.deepEqual(parseLine(Buffer.from('{"a":[1,"ü"]}')), { a: [1, 'ü'] })
})

test('json: bytes that are not UTF-8 are refused, not replaced', () => {
  const line = Buffer.from('{"path":"caf\xe9"}', 'latin1')
  assert.throws(() => parseLine(line), code(ErrorCode.ParseError, /not valid UTF-8/))
})

test('json: a broken text is a ParseError', () => {
  for (const text of ['{', 'nope', '{"a":}', '[1,]', '{"a":1} x', "{'a':1}"]) {
    assert.throws(() => parseLine(Buffer.from(text)), code(ErrorCode.ParseError, /^the line is not JSON: /))
  }
})

test('json: a long string is no problem, with escaped quotes and brackets in it', () => {
  const value = { ti: 'A'.repeat(40_000_000), more: '\\"[[[,,,\\\\'.repeat(100_000), end: '\\' }
  assert.deepEqual(parseLine(Buffer.from(JSON.stringify(value))), value)
})

test('json: a long line of brackets is refused before it takes gigabytes', () => {
  for (const opening of ['[', '{"a":']) {
    const line = Buffer.alloc(60_000_000, opening)
    assert.throws(() => parseLine(line), code(ErrorCode.InvalidRequest, /nested more than 64 deep/))
  }
})

test('json: a long line of very many values is refused', () => {
  const line = Buffer.concat([Buffer.from('['), Buffer.alloc(60_000_000, '{},'), Buffer.from('0]')])
  assert.throws(() => parseLine(line), code(ErrorCode.InvalidRequest, /more than 4000000 values/))
})

test('json: a long line that ends inside a string is a ParseError', () => {
  assert.throws(
    () => parseLine(Buffer.from(`["${'x'.repeat(2_000_000)}`)),
    code(ErrorCode.ParseError, /not JSON/),
  )
})
