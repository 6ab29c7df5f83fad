// The start of a daemon from inside a blocking call of a script.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { run as runProgram } from '../../helpers/program.ts'
import { type Setup, setup } from '../commands-setup.ts'

const moduleUrl = new URL('../../../src/cli/daemon/start-daemon.ts', import.meta.url)

/** Calls startDaemonSync in a process of its own; what it throws comes back as JSON on stdout. */
async function start({ env, folder }: Setup, options: object = {}, more: NodeJS.ProcessEnv = {}) {
  const code = `
    import { startDaemonSync } from ${JSON.stringify(moduleUrl.href)}
    try {
      startDaemonSync(${JSON.stringify({ noStart: false, ...options })})
    } catch (error) {
      console.log(JSON.stringify({ code: error.code, message: error.message, data: error.data }))
    }`
  const words = ['--input-type=module', '-e', code]
  const outcome = await runProgram(process.execPath, words, { env: { ...env, ...more }, cwd: folder })
  assert.equal(outcome.code, 0, outcome.stderr)
  return { stderr: outcome.stderr, error: outcome.out === '' ? undefined : JSON.parse(outcome.out) }
}

test('it starts a daemon, says so once, and is silent when one runs', { timeout: 60_000 }, async (t) => {
  const place = await setup(t)
  const first = await start(place)
  assert.equal(first.error, undefined)
  const { pid } = JSON.parse((await place.run(['daemon', 'status', '--json'])).out)
  assert.equal(first.stderr, `porla-lua: started the daemon (pid ${pid}, socket ${place.socket})\n`)
  assert.deepEqual(await start(place), { stderr: '', error: undefined })
})

test('it is refused with what to type when starting is forbidden', { timeout: 60_000 }, async (t) => {
  const place = await setup(t)
  for (const { error } of [
    await start(place, { noStart: true }),
    await start(place, {}, { PORLA_LUA_NO_START: '1' }),
  ]) {
    assert.equal(error.code, 100)
    assert.match(error.message, /porla-lua daemon start/)
    assert.equal(error.data, undefined)
  }
})

test('a daemon that cannot start hands on its words and its exit code', { timeout: 60_000 }, async (t) => {
  const place = await setup(t)
  await writeFile(place.env.PORLA_LUA_CONFIG as string, '{"sesions":{}}')
  const { error, stderr } = await start(place)
  assert.equal(stderr, '')
  assert.equal(error.code, 100)
  assert.deepEqual(error.data, { exitCode: 78 })
  assert.match(error.message, /config\.json.*sesions/)
})
