import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Compile } from 'typebox/compile'
import { contract, type Method } from '../../src/rpc/contract/index.ts'
import { ErrorCode, RpcError } from '../../src/rpc/errors.ts'
import { findProblem, type SchemaNode } from '../../src/rpc/schema-problem.ts'
import { Validator } from '../../src/rpc/validate.ts'
import { random } from './support/random.ts'

const hash = 'a'.repeat(40)
const key = { session: 'default', info_hash: hash }

const refused: [method: Method, params: unknown, path: string, message: string][] = [
  [
    'torrents.move',
    key,
    'path',
    "torrents.move: 'path' is missing, expected a string (the new save path; absolute, created when missing)",
  ],
  [
    'torrents.add',
    { save_pat: '/x' },
    'save_pat',
    "torrents.add: 'save_pat' is no known field; did you mean 'save_path'?",
  ],
  [
    'torrents.add',
    { save_path: 5 },
    'save_path',
    "torrents.add: 'save_path' is 5, expected a string (absolute; created when first written to; needed unless a preset has it)",
  ],
  [
    'torrents.add',
    { save_path: '/x', peers: ['1.2.3.4:5', null] },
    'peers[1]',
    "torrents.add: 'peers[1]' is null, expected a string (host:port)",
  ],
  [
    'torrents.add',
    { save_path: '/x', tags: 'a' },
    'tags',
    'torrents.add: \'tags\' is the string "a", expected a list',
  ],
  [
    'torrents.add',
    { save_path: '/x', flags: { pause: true } },
    'flags.pause',
    "torrents.add: 'flags.pause' is no known field; did you mean 'paused'?",
  ],
  [
    'torrents.add',
    { save_path: '/x', flags: { paused: 1 } },
    'flags.paused',
    "torrents.add: 'flags.paused' is 1, expected true or false",
  ],
  [
    'torrents.add',
    { save_path: '/x', file_priorities: [4, 9] },
    'file_priorities[1]',
    "torrents.add: 'file_priorities[1]' is 9, expected a whole number from 0 to 7",
  ],
  [
    'torrents.add',
    { save_path: '/x', upload_limit: 1.5 },
    'upload_limit',
    "torrents.add: 'upload_limit' is 1.5, expected a whole number from -2147483648 to 2147483647 (bytes/s; 0 or less: unlimited)",
  ],
  [
    'torrents.add',
    { save_path: '/x', ti: 'a b' },
    'ti',
    'torrents.add: \'ti\' is the string "a b", expected a string (bytes as base64)',
  ],
  [
    'torrents.add',
    { save_path: '/x', ti: '!'.repeat(1000) },
    'ti',
    "torrents.add: 'ti' is a string of 1000 characters, expected a string (bytes as base64)",
  ],
  [
    'torrents.status',
    { ...key, info_hash: 'zz' },
    'info_hash',
    'torrents.status: \'info_hash\' is the string "zz", expected an info hash: 40 or 64 hex digits, or the pair [v1, v2]',
  ],
  [
    'torrents.status',
    { ...key, info_hash: [hash] },
    'info_hash',
    "torrents.status: 'info_hash' is a list of 1, expected a list of 2",
  ],
  [
    'torrents.status',
    { ...key, info_hash: [hash, 5] },
    'info_hash[1]',
    "torrents.status: 'info_hash[1]' is 5, expected a string like ^[0-9a-f]{64}$ or null",
  ],
  [
    'torrents.status',
    { session: 'default' },
    'info_hash',
    "torrents.status: 'info_hash' is missing, expected an info hash: 40 or 64 hex digits, or the pair [v1, v2]",
  ],
  [
    'torrents.list',
    { limit: 0 },
    'limit',
    "torrents.list: 'limit' is 0, expected a whole number from 1 to 10000",
  ],
  [
    'settings.preset',
    { preset: 'min_memory' },
    'preset',
    'settings.preset: \'preset\' is the string "min_memory", expected "default", "min_memory_usage" or "high_performance_seed"',
  ],
  [
    'settings.preset',
    { preset: 'defualt' },
    'preset',
    'settings.preset: \'preset\' is the string "defualt", expected "default", "min_memory_usage" or "high_performance_seed"; did you mean \'default\'?',
  ],
  [
    'sessions.settings.update',
    { settings: { a: 1.5 } },
    'settings.a',
    "sessions.settings.update: 'settings.a' is 1.5, expected true or false, a whole number or a string",
  ],
  [
    'sessions.settings.update',
    { settings: [] },
    'settings',
    "sessions.settings.update: 'settings' is an empty list, expected an object",
  ],
  ['daemon.stop', { now: true }, 'now', "daemon.stop: 'now' is no known field; there are none here"],
  [
    'torrents.find',
    JSON.parse('{"session":"a","info_hash":"b","__proto__":1}'),
    '__proto__',
    "torrents.find: '__proto__' is no known field; known are session, info_hash",
  ],
]

for (const [method, params, path, message] of refused) {
  test(`validate: ${message.slice(0, 90)}`, () => {
    const validator = new Validator(contract)
    assert.throws(
      () => validator.checkParams(method, params),
      (error: unknown) => {
        assert.ok(error instanceof RpcError)
        assert.equal(error.message, message)
        assert.equal(error.code, ErrorCode.InvalidParams)
        assert.deepEqual(error.data, { method, path })
        return true
      },
    )
  })
}

test('validate: what fits passes', () => {
  const validator = new Validator(contract)
  validator.checkParams('sessions.list', {})
  validator.checkParams('torrents.status', key)
  validator.checkParams('torrents.status', { ...key, info_hash: [hash, null] })
  validator.checkParams('torrents.add', { save_path: '/x', ti: 'A'.repeat(40_000_000), category: null })
  validator.checkParams('sessions.settings.update', { settings: { a: 1, b: 'x', c: false } })
})

test('validate: null for what may be left out is nothing, and what was given stays as it is', () => {
  const validator = new Validator(contract)
  const given = { save_path: '/x', ti: null, category: null, flags: { paused: null, share_mode: true } }
  const before = structuredClone(given)
  const checked = validator.checkParams('torrents.add', given)
  assert.deepEqual(checked, { save_path: '/x', category: null, flags: { share_mode: true } })
  assert.deepEqual(given, before)
  const good = { save_path: '/x', tags: ['a'] }
  assert.equal(validator.checkParams('torrents.add', good), good)
})

test('validate: a result that breaks the contract is found, with its path', () => {
  const validator = new Validator(contract)
  assert.equal(validator.resultProblem('daemon.stop', null), null)
  assert.deepEqual(
    validator.resultProblem('torrents.list', {
      torrents: [{}, { ratio: Number.NaN }],
      torrents_total: 2,
      next: null,
    }),
    {
      path: 'torrents[1].ratio',
      message:
        'is NaN, expected a number (`all_time_upload / all_time_download`; 0 when nothing was downloaded.)',
    },
  )
})

test('validate: for every value that a schema rejects, the problem is found in words', () => {
  const odd: unknown[] = [
    null,
    true,
    0,
    -1,
    1.5,
    1e300,
    '',
    'x',
    hash,
    [],
    [1],
    [hash, null],
    {},
    { a: 1 },
    { session: 1 },
  ]
  for (const [name, spec] of Object.entries(contract)) {
    for (const schema of [spec.params, spec.result]) {
      const compiled = Compile(schema)
      const fields = Object.keys((schema as SchemaNode).properties ?? {})
      const next = random(name.length)
      for (let i = 0; i < 300; i++) {
        const value =
          i < odd.length
            ? odd[i]
            : Object.fromEntries(
                fields.filter(() => next(3) > 0).map((field) => [field, odd[next(odd.length)]]),
              )
        const problem = findProblem(schema as SchemaNode, value)
        assert.equal(
          problem === null,
          compiled.Check(value),
          `${name}: ${JSON.stringify(value)}: ${problem?.message}`,
        )
      }
    }
  }
})
