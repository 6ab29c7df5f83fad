// Help, wrong use, and what commands do without a daemon.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setup } from './commands-setup.ts'

test('help goes to stdout with 0 and shows examples first', { timeout: 30_000 }, async (t) => {
  const { run } = await setup(t)
  for (const words of [['--help'], ['help'], ['daemon', '--help'], ['help', 'call'], ['call', '--help']]) {
    const { code, out, stderr } = await run(words)
    assert.equal(code, 0, words.join(' '))
    assert.equal(stderr, '')
    assert.ok(out.indexOf('Examples:') >= 0 && out.indexOf('Examples:') < out.indexOf('Options:'), out)
    assert.ok(!out.includes('\u001b['), 'no colours in a pipe')
  }
})

test('colours are for terminals, unless they are asked for', { timeout: 30_000 }, async (t) => {
  const { run } = await setup(t)
  const status = ['daemon', 'status']
  const coloured = async (words: string[], env: NodeJS.ProcessEnv = {}): Promise<boolean> =>
    (await run(words, { env })).out.includes('\u001b[')
  assert.equal(await coloured(status), false)
  assert.equal(await coloured([...status, '--color=always']), true)
  assert.equal(await coloured(status, { FORCE_COLOR: '1' }), true)
  assert.equal(await coloured([...status, '--color=never'], { FORCE_COLOR: '1' }), false)
  assert.equal(await coloured(status, { FORCE_COLOR: '1', NO_COLOR: '1' }), true)
  assert.equal(await coloured(status, { FORCE_COLOR: '0' }), false)
})

test('wrong use ends with 2 and says what is wrong on stderr', { timeout: 60_000 }, async (t) => {
  const { run } = await setup(t)
  const cases: [words: string[], stderr: RegExp][] = [
    [['daemon'], /Usage: porla-lua daemon/],
    [['daemon', 'strat'], /unknown command 'strat'\n\(Did you mean start\?\)/],
    [['daemon', 'start', '--quick'], /unknown option '--quick'/],
    [['daemon', 'stop', '--timeout', 'soon'], /'soon' is invalid.*seconds/],
    [['daemon', 'stop', '--color', 'sometimes'], /auto, always, never/],
    [['call'], /missing required argument 'method'/],
    [['call', 'sessions.list', '{'], /not JSON/],
    [['call', 'sessions.list', '[1]'], /must be a JSON object/],
    [['call', 'sessions.list', '{}', 'more'], /too many arguments/],
    [['--socket', `/tmp/${'x'.repeat(195)}`, 'daemon', 'status'], /200 bytes.*107/],
  ]
  for (const [words, stderr] of cases) {
    const outcome = await run(words)
    assert.equal(outcome.code, 2, `${words.join(' ')}: ${outcome.stderr}`)
    assert.match(outcome.stderr, stderr)
    assert.equal(outcome.out, '', 'nothing on stdout')
  }
})

test('without a daemon: status 3, stop 0, call 69 when starting is forbidden', {
  timeout: 30_000,
}, async (t) => {
  const { run, socket } = await setup(t)
  const status = await run(['daemon', 'status'])
  assert.deepEqual([status.code, status.out], [3, `not running (socket ${socket})\n`])
  const json = await run(['daemon', 'status', '--json'])
  assert.equal(json.code, 3)
  assert.deepEqual(JSON.parse(json.out), { running: false, socket })
  const stop = await run(['daemon', 'stop'])
  assert.deepEqual([stop.code, stop.out], [0, ''])
  assert.match(stop.stderr, /no daemon is running/)
  for (const outcome of [
    await run(['--no-start', 'call', 'sessions.list']),
    await run(['call', '--no-start', 'sessions.list']),
    await run(['call', 'sessions.list'], { env: { PORLA_LUA_NO_START: '1' } }),
  ]) {
    assert.equal(outcome.code, 69)
    assert.match(outcome.stderr, /porla-lua daemon start/)
  }
})

test('options for places stand before or after the command', { timeout: 30_000 }, async (t) => {
  const { run, folder } = await setup(t)
  const other = join(folder, 'other.sock')
  assert.equal((await run(['--socket', other, 'daemon', 'socket'])).out, `${other}\n`)
  assert.equal((await run(['daemon', '--socket', other, 'socket'])).out, `${other}\n`)
  assert.equal((await run(['daemon', 'socket', `--socket=${other}`])).out, `${other}\n`)
  assert.equal((await run(['daemon', 'socket', '--socket', 'other.sock'])).out, `${other}\n`)
})
