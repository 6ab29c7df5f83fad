import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from '../../src/program/turns.ts'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { parseLine, parseLong } from '../../src/rpc/json.ts'

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

const long = (text: string | Buffer) => parseLong(Buffer.from(text as string), new Turns())

test('json: a long string is no problem, with escaped quotes and brackets in it', async () => {
  const value = { ti: 'A'.repeat(40_000_000), more: '\\"[[[,,,\\\\'.repeat(100_000), end: '\\' }
  assert.deepEqual(await long(JSON.stringify(value)), value)
})

test('json: a batch is taken apart as JSON.parse would', async () => {
  const batches: unknown[] = [
    [],
    [[]],
    [1],
    ['],', { a: '}]' }, [[1, [2]], {}], '\\', '\\"', null, -1.5e3, 'ü'],
    Array.from({ length: 1000 }, (_, i) => ({ id: i, params: { text: `",[{${i}` } })),
  ]
  for (const batch of batches) {
    for (const blanks of [undefined, 2]) {
      const text = ` \t${JSON.stringify(batch, null, blanks)} \r`
      assert.deepEqual(await long(text), batch)
    }
  }
})

test('json: a batch that is not JSON is a ParseError, wherever that shows', async () => {
  const broken = [
    '[',
    '[1,]',
    '[,1]',
    '[1,,2]',
    '[{]',
    '[[}]',
    '[1}',
    '[1] 2',
    '[1]]',
    '["a]',
    '[1 2]',
    '[{"a":1},{"a"}]',
  ]
  for (const text of broken) {
    assert.throws(() => JSON.parse(text), SyntaxError, text)
    await assert.rejects(long(text), code(ErrorCode.ParseError, /^the line is not JSON: /), text)
  }
  await assert.rejects(
    long(Buffer.from('["caf\xe9"]', 'latin1')),
    code(ErrorCode.ParseError, /not valid UTF-8/),
  )
})

test('json: a long line of brackets is refused before it takes gigabytes', async () => {
  for (const opening of ['[', '{"a":']) {
    const line = Buffer.alloc(60_000_000, opening)
    await assert.rejects(long(line), code(ErrorCode.InvalidRequest, /nested more than 64 deep/))
  }
})

test('json: very many values are refused, in a line and in a request', async () => {
  const line = Buffer.concat([Buffer.from('['), Buffer.alloc(60_000_000, '{},'), Buffer.from('0]')])
  await assert.rejects(long(line), code(ErrorCode.InvalidRequest, /more than 4000000 values/))
  const list = `[${'0,'.repeat(700_000)}0]`
  const message = code(ErrorCode.InvalidRequest, /more than 600000 values in a request/)
  await assert.rejects(long(`{"list":${list}}`), message)
  await assert.rejects(long(`[1,{"list":${list}}]`), message)
})

test('json: a long line that ends inside a string is a ParseError', async () => {
  for (const opening of ['["', '{"a":"']) {
    await assert.rejects(long(`${opening}${'x'.repeat(2_000_000)}`), code(ErrorCode.ParseError, /not JSON/))
  }
})

test('json: around the parts of a long line nothing stands that does not belong there', async () => {
  const big = `[${'0,'.repeat(40_000)}0]`
  const bigText = `"${'x'.repeat(1_100_000)}"`
  for (const part of [big, bigText, `{"a":${big}}`]) {
    for (const text of [
      ...[`[${part},]`, `[,${part}]`, `[${part},,1]`, `[${part} 1]`, `[1 ${part}]`, `[${part}:1]`],
      ...[
        `{${part}}`,
        `{"a" ${part}}`,
        `{:${part}}`,
        `{"a":${part},}`,
        `{"a":1 "b":${part}}`,
        `{"a":${part}"b":1}`,
      ],
      ...[`[${part}}`, `[${part}`, `[${part}]]`, `[${part}] 1`, `1 [${part}]`, `[${part}],[${part}]`],
      ...[`[${part}${part}]`, `[1,${part}`, `{"a":"b" ${part}}`, `${part},`],
    ]) {
      assert.throws(() => JSON.parse(text), SyntaxError, text.slice(0, 30))
      await assert.rejects(long(text), code(ErrorCode.ParseError, /not JSON/), text.slice(0, 30))
    }
    for (const text of [`[${part}]`, `[ ${part} , 1 ]`, `{"a": ${part} ,"a":1}`, `{"__proto__":${part}}`]) {
      assert.deepEqual(await long(text), JSON.parse(text), text.slice(0, 30))
    }
  }
})
