import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract, type Method } from '../../src/rpc/contract/index.ts'
import { ErrorCode, RpcError } from '../../src/rpc/errors.ts'
import type { Case } from './case.ts'
import { cases } from './cases.ts'
import { openWorld, unknownHash, type World } from './world.ts'

interface Schema {
  type?: string
  properties?: Record<string, Schema>
}

const methods = Object.keys(contract) as Method[]

/** The error of a call that must fail. */
async function failure(world: World, method: string, params: unknown): Promise<RpcError> {
  try {
    const result = await world.call(method, params)
    return assert.fail(`${method} ${JSON.stringify(params)} answered ${JSON.stringify(result)}`)
  } catch (error) {
    if (error instanceof RpcError) return error
    throw error
  }
}

const paramsOf = ({ params }: Case, world: World): Record<string, unknown> =>
  structuredClone(typeof params === 'function' ? params(world) : params)

/** Calls that every method refuses, whatever it does: made from the contract, with a happy call as their ground. */
async function refusesWhatNobodyTakes(
  world: World,
  method: Method,
  good: Record<string, unknown>,
): Promise<void> {
  const properties = (contract[method].params as Schema).properties ?? {}
  const unknown = await failure(world, method, { ...good, surprise: 1 })
  assert.deepEqual([unknown.code, unknown.data?.path], [ErrorCode.InvalidParams, 'surprise'])
  assert.match(unknown.message, /'surprise'/)

  for (const [field, schema] of Object.entries(properties)) {
    const wrong = await failure(world, method, { ...good, [field]: schema.type === 'object' ? 5 : {} })
    assert.equal(wrong.code, ErrorCode.InvalidParams, `${method} ${field}`)
    assert.equal(wrong.data?.path, field)
  }
  const session =
    'session' in properties ? 'session' : /^sessions\.(settings|pause|resume)/.test(method) ? 'name' : null
  if (session) {
    const { code, message } = await failure(world, method, { ...good, [session]: 'nope' })
    assert.equal(code, ErrorCode.UnknownSession)
    assert.match(message, /'nope'.*'default'.*'other'/)
  }
  if ('info_hash' in properties && !['torrents.add', 'torrents.find', 'events.wait'].includes(method)) {
    for (const hash of [unknownHash, [unknownHash, null]]) {
      const { code, message } = await failure(world, method, { ...good, info_hash: hash })
      assert.deepEqual([code, message], [ErrorCode.InvalidTorrentHandle, 'invalid torrent handle used'])
    }
  }
}

async function runCase(world: World, method: Method, one: Case): Promise<void> {
  const params = paramsOf(one, world)
  if (one.error) {
    const error = await failure(world, method, params)
    assert.equal(error.code, ErrorCode[one.error[0]], error.message)
    assert.match(error.message, one.error[1])
  } else {
    const result = await world.call(method, params)
    await one.result?.(result as never, world)
  }
}

test('every method of the contract has cases, and there are no others', () => {
  assert.deepEqual(Object.keys(cases).toSorted(), methods.toSorted())
  for (const method of methods) assert.ok(!cases[method][0].error, `${method} begins with a happy path`)
})

for (const method of methods) {
  test(`${method}: ${contract[method].doc}`, async (t) => {
    const world = await openWorld(t)
    const all = cases[method] as unknown as Case[]
    await refusesWhatNobodyTakes(world, method, paramsOf(all[0]!, world))
    for (const one of all) await t.test(one.what, () => runCase(world, method, one))
  })
}
