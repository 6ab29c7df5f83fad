import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnswerLine, Dispatcher } from '../../src/rpc/dispatcher.ts'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { contract, handlers, request, testLog } from './support/serve.ts'

function textOf(line: AnswerLine): string {
  return typeof line === 'string' ? line : Buffer.concat(line).toString()
}

function dispatcher() {
  const lines: string[] = []
  const started: string[] = []
  const it = new Dispatcher({ contract, handlers: handlers(started), log: testLog(lines) })
  const ask = async (message: unknown) => {
    const line = typeof message === 'string' ? message : JSON.stringify(message)
    const answer = await it.answer(Buffer.from(line))
    return answer === null ? null : JSON.parse(textOf(answer))
  }
  return { it, ask, lines, started }
}

const echo = (id: unknown) => request(id, 'echo', { text: 'hi' })
const success = (id: unknown) => ({ jsonrpc: '2.0', id, result: 'hi' })
const { InvalidRequest, InvalidParams, MethodNotFound, ParseError } = ErrorCode

const errors: [message: unknown, id: unknown, code: number, text: string][] = [
  ['nope', null, ParseError, 'the line is not JSON: Unexpected token \'o\', "nope" is not valid JSON'],
  ['0', null, InvalidRequest, 'a request must be an object; this is 0'],
  ['null', null, InvalidRequest, 'a request must be an object; this is null'],
  ['"x"', null, InvalidRequest, 'a request must be an object; this is the string "x"'],
  [{}, null, InvalidRequest, '"jsonrpc" must be "2.0"; it is missing'],
  [{ ...echo(4), jsonrpc: '1.0' }, 4, InvalidRequest, '"jsonrpc" must be "2.0"; it is the string "1.0"'],
  [{ jsonrpc: '2.0', id: 1 }, 1, InvalidRequest, '"method" must be a string; it is missing'],
  [{ jsonrpc: '2.0', id: 1, method: 5 }, 1, InvalidRequest, '"method" must be a string; it is 5'],
  [success(3), 3, InvalidRequest, 'this is a response; the daemon asks nothing'],
  [echo({ a: 1 }), null, InvalidRequest, 'the id must be a string, a number or null; it is an object'],
  [echo([1]), null, InvalidRequest, 'the id must be a string, a number or null; it is a list of 1'],
  [echo(true), null, InvalidRequest, 'the id must be a string, a number or null; it is true'],
  [
    request(1, 'echo', ['hi']),
    1,
    InvalidParams,
    'params must be an object of named parameters, as in {"name": "default"}; it is a list of 1',
  ],
  [
    request(1, 'echo', 'hi'),
    1,
    InvalidParams,
    'params must be an object of named parameters, as in {"name": "default"}; it is the string "hi"',
  ],
  [
    request(1, 'echo', null),
    1,
    InvalidParams,
    'params must be an object of named parameters, as in {"name": "default"}; it is null',
  ],
  [request(1, 'echo'), 1, InvalidParams, "echo: 'text' is missing, expected a string"],
  [request(1, 'ehco', { text: 'hi' }), 1, MethodNotFound, "'ehco' is no known method; did you mean 'echo'?"],
  [
    request(1, '', {}),
    1,
    MethodNotFound,
    "'' is no known method; known are echo, echo.later, bytes, fail, log",
  ],
  [
    request(1, 'toString', {}),
    1,
    MethodNotFound,
    "'toString' is no known method; known are echo, echo.later, bytes, fail, log",
  ],
  [
    request(1, '__proto__', {}),
    1,
    MethodNotFound,
    "'__proto__' is no known method; known are echo, echo.later, bytes, fail, log",
  ],
  ['[]', null, InvalidRequest, 'a batch must have 1 to 1000 requests; this one has 0'],
  [
    new Array(1001).fill(echo(1)),
    null,
    InvalidRequest,
    'a batch must have 1 to 1000 requests; this one has 1001',
  ],
  [request(1, 'fail', { how: 'rpc' }), 1, 6, 'that value will not do'],
]

for (const [message, id, code, text] of errors) {
  test(`json-rpc: ${JSON.stringify(message).slice(0, 60)}`, async () => {
    const { ask, lines } = dispatcher()
    const answer = await ask(message)
    assert.deepEqual(
      { ...answer, error: { ...answer.error, data: undefined } },
      {
        jsonrpc: '2.0',
        id,
        error: { code, message: text, data: undefined },
      },
    )
    assert.deepEqual(lines, [])
  })
}

test('json-rpc: a request of any kind of id is answered with it', async () => {
  const { ask } = dispatcher()
  for (const id of [1, 0, -5, 1.5, 'a', '', null]) assert.deepEqual(await ask(echo(id)), success(id))
})

test('json-rpc: a notification is carried out and not answered, whatever comes of it', async () => {
  const { ask, started, lines } = dispatcher()
  const notify = (name: string, params: object) => ask({ jsonrpc: '2.0', method: name, params })
  assert.equal(await notify('log', { text: 'heard' }), null)
  assert.equal(await notify('nope', {}), null)
  assert.equal(await notify('log', { txt: 'heard' }), null)
  assert.equal(await notify('fail', { how: 'rpc' }), null)
  assert.deepEqual([started, lines], [['heard'], []])
  assert.equal(await notify('fail', { how: 'error' }), null)
  assert.match(lines.join(), /^error: fail: TypeError: a defect\n {4}at /)
})

test('json-rpc: a batch is answered with a list, also a batch of one', async () => {
  const { ask, started } = dispatcher()
  assert.deepEqual(await ask([echo(1)]), [success(1)])
  assert.deepEqual(await ask([echo(1), { jsonrpc: '2.0', method: 'log', params: { text: 'n' } }, echo(2)]), [
    success(1),
    success(2),
  ])
  assert.deepEqual(started, ['hi', 'hi', 'n', 'hi'])
  assert.equal(await ask([{ jsonrpc: '2.0', method: 'log', params: { text: 'n' } }]), null)
  const mixed = await ask([null, 5, [], echo(7)])
  assert.deepEqual(
    mixed.map((answer: { id: unknown; error?: { code: number } }) => [answer.id, answer.error?.code]),
    [
      [null, InvalidRequest],
      [null, InvalidRequest],
      [null, InvalidRequest],
      [7, undefined],
    ],
  )
})

test('json-rpc: an error that was not meant is an InternalError and logged with its stack', async () => {
  const { ask, lines } = dispatcher()
  const answer = await ask(request(1, 'fail', { how: 'error' }))
  assert.deepEqual(answer.error, {
    code: ErrorCode.InternalError,
    message: "fail: internal error: a defect; the daemon's log says more",
  })
  assert.equal(lines.length, 1)
  assert.match(lines[0]!, /^error: fail: TypeError: a defect\n {4}at /)
  assert.equal((await ask(request(1, 'fail', { how: 'text' }))).error.code, ErrorCode.InternalError)
  assert.match(lines[1]!, /fail: Error: only a text/)
})

test('json-rpc: a result that breaks the contract is an InternalError with its path', async () => {
  const { ask, lines } = dispatcher()
  const { error } = await ask(request(1, 'fail', { how: 'result' }))
  assert.equal(error.code, ErrorCode.InternalError)
  assert.match(error.message, /the result breaks the contract: it is the string "not null", expected null/)
  assert.match(lines.join(), /^error: fail: Error: the result breaks the contract/)
})

test('json-rpc: an error whose data is no JSON is still answered', async () => {
  const { ask, lines } = dispatcher()
  const answer = await ask(request(1, 'fail', { how: 'bigint' }))
  assert.deepEqual([answer.id, answer.error.code], [1, ErrorCode.InternalError])
  assert.match(lines.join(), /BigInt/)
})

test('json-rpc: an answer longer than a line may be is refused, alone and in a batch', async () => {
  const { ask, it } = dispatcher()
  const size = 65 * 1024 * 1024
  const answer = await ask(request(1, 'bytes', { size }))
  assert.deepEqual([answer.id, answer.error.code], [1, ErrorCode.MessageTooLarge])
  assert.match(answer.error.message, /^bytes: done, but its answer does not fit/)
  const entries = [1, 2, 3, 4].map((id) => request(id, 'bytes', { size: 30 * 1024 * 1024 }))
  const answers = await it.answer(Buffer.from(JSON.stringify([...entries, echo(5)])))
  const line = textOf(answers ?? '')
  assert.ok(line.length <= 64 * 1024 * 1024)
  const codes = JSON.parse(line).map(({ error }: { error?: { code: number } }) => error?.code)
  assert.deepEqual(codes, [
    undefined,
    undefined,
    ErrorCode.MessageTooLarge,
    ErrorCode.MessageTooLarge,
    undefined,
  ])
})

test('json-rpc: a daemon on its way out refuses every request', async () => {
  const { ask, it } = dispatcher()
  it.shutDown()
  const answer = await ask(echo(1))
  assert.deepEqual([answer.id, answer.error.code], [1, ErrorCode.ShuttingDown])
  assert.equal((await ask(request(2, 'nope'))).error.code, ErrorCode.ShuttingDown)
})
