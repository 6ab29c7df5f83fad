import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract, type Method } from '../../src/rpc/contract/index.ts'
import { ErrorCode, RpcError } from '../../src/rpc/errors.ts'
import { base64 } from '../session/harness.ts'
import type { Case } from './case.ts'
import { cases } from './cases.ts'
import { fileHash, fileTorrent, magnetHash, openWorld, unknownHash, type World } from './world.ts'

interface Schema {
  type?: string
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
}

const methods = Object.keys(contract) as Method[]

/** Methods that are about one torrent, which lies in one session or another. */
const aboutOne = methods.filter((method) => {
  const { properties = {} } = contract[method].params as Schema
  return (
    'session' in properties && 'info_hash' in properties && !['torrents.add', 'events.wait'].includes(method)
  )
})

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

/** The same call of a program that says null for what it leaves out, and leaves the session out if it can. */
function sparing(method: Method, given: Record<string, unknown>): Record<string, unknown> {
  const { properties = {}, required = [] } = contract[method].params as Schema
  const nulls = Object.entries(properties).filter(
    ([name, { type, anyOf }]) =>
      !required.includes(name) && type !== 'null' && !anyOf?.some((one) => one.type === 'null'),
  )
  const said = aboutOne.includes(method) ? { ...given, session: null } : given
  return { ...Object.fromEntries(nulls.map(([name]) => [name, null])), ...said }
}

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

async function runCase(world: World, method: Method, one: Case, first: boolean): Promise<void> {
  const full = paramsOf(one, world)
  const params = first ? sparing(method, full) : full
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
    for (const one of all) await t.test(one.what, () => runCase(world, method, one, one === all[0]))
  })
}

test('without a session a torrent of two sessions is in neither: the error names both', async (t) => {
  const world = await openWorld(t)
  const twice = { session: 'other', save_path: world.folder }
  await world.call('torrents.add', { ...twice, ti: base64(fileTorrent) })
  await world.call('torrents.add', { ...twice, info_hash: magnetHash })
  assert.ok(aboutOne.length > 25)
  for (const method of aboutOne) {
    const error = await failure(world, method, sparing(method, paramsOf(cases[method][0] as Case, world)))
    assert.equal(error.code, ErrorCode.InvalidParams, method)
    assert.match(error.message, /in the sessions 'default' and 'other'/, method)
    assert.deepEqual(error.data, { path: 'session', sessions: ['default', 'other'] }, method)
  }
  const before = { session: 'default', info_hash: fileHash }
  await world.call('torrents.remove', before)
  assert.deepEqual(await world.call('torrents.find', { info_hash: fileHash }), {
    session: 'other',
    info_hash: [fileHash, null],
  })
})

test('null is left out wherever something may be: inside of parameters too, but not in lists of values', async (t) => {
  const world = await openWorld(t)
  await world.call('torrents.trackers.replace', {
    session: null,
    info_hash: fileHash,
    trackers: [{ url: 'http://127.0.0.1:1/', tier: null }],
  })
  const warnings = { warnings: [] }
  const flags = { paused: null, sequential_download: true, disable_pex: null }
  assert.deepEqual(await world.call('torrents.flags.set', { info_hash: fileHash, flags }), warnings)
  const refused = [
    ['torrents.flags.set', { info_hash: fileHash, flags: null }, 'flags'],
    ['torrents.add', { save_path: '/x', info_hash: fileHash, trackers: ['http://x', null] }, 'trackers[1]'],
    ['sessions.settings.update', { settings: { active_downloads: null } }, 'settings.active_downloads'],
    ['torrents.status', { session: null, info_hash: null }, 'info_hash'],
  ] as const
  for (const [method, params, path] of refused) {
    const error = await failure(world, method, params)
    assert.deepEqual([error.code, error.data?.path], [ErrorCode.InvalidParams, path])
  }
  // a category may be null, and that takes it away
  await world.call('torrents.userdata.update', { info_hash: fileHash, category: 'films' })
  const gone = await world.call('torrents.userdata.update', {
    info_hash: fileHash,
    category: null,
    tags: null,
  })
  assert.deepEqual(gone, { category: null, tags: ['first'] })
})
