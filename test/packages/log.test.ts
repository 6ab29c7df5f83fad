import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runLua } from '../helpers/lua.ts'

const code = `
local log = require 'log'
log.debug('one') log.info('two\\nlines') log.warning('three') log.error('four')
log.info(5)
print(select('#', log.info('x')), select(2, pcall(log.info, {})))
`
const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z'

test('log writes lines with time and level to stderr, from info on', async (t) => {
  const { out, stderr } = await runLua(t, code, { env: { PATH: process.env.PATH } })
  assert.equal(out, "0\tbad argument #1 to 'log.info' (string expected, got table)\n")
  const lines = ['INFO    two\\\\nlines', 'WARNING three', 'ERROR   four', 'INFO    5', 'INFO    x']
  assert.match(stderr, new RegExp(`^${lines.map((line) => `${time} ${line}\\n`).join('')}$`))
})

test('PORLA_LUA_LOG_LEVEL says from which level on', async (t) => {
  const run = (level: string) =>
    runLua(t, code, { env: { PATH: process.env.PATH, PORLA_LUA_LOG_LEVEL: level } })
  assert.match((await run('trace')).stderr, /DEBUG {3}one\n/)
  assert.match((await run('ERROR')).stderr, new RegExp(`^${time} ERROR   four\n$`))
  assert.equal((await run('fatal')).stderr, '')
  assert.match(
    (await run('loud')).stderr,
    /PORLA_LUA_LOG_LEVEL is 'loud', expected one of trace, debug, info/,
  )
})
