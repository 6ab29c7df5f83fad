// `call`: a method from the shell.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { launcher } from '../helpers/program.ts'
import { setup } from './commands-setup.ts'

test('call starts a daemon, says so once, and prints the result as one line', {
  timeout: 60_000,
}, async (t) => {
  const { run, socket } = await setup(t)
  const first = await run(['call', 'sessions.list'])
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stderr, new RegExp(`^porla-lua: started the daemon \\(pid \\d+, socket ${socket}\\)\n$`))
  assert.equal(first.out.split('\n').length, 2, 'one line')
  assert.deepEqual(
    JSON.parse(first.out).sessions.map(({ name }: { name: string }) => name),
    ['default'],
  )
  const second = await run(['call', 'torrents.list', '{"session":"default"}'])
  assert.deepEqual([second.code, second.stderr], [0, ''])
  assert.deepEqual(JSON.parse(second.out), { torrents: [], torrents_total: 0, next: null })
  const third = await run(['call', 'torrents.list', '-'], { stdin: '{\n  "session": "default"\n}\n' })
  assert.equal(third.out, second.out)
})

test('errors of the daemon end with 1, their code and nothing on stdout', { timeout: 60_000 }, async (t) => {
  const { run } = await setup(t)
  await run(['daemon', 'start'])
  const cases: [words: string[], stderr: RegExp][] = [
    [['sessions.lists'], /sessions\.list.*\(error -32601\)/],
    [['torrents.list', '{"sesion":"default"}'], /sesion.*\(error -32602\)/],
    [['torrents.list', '{"session":"nope"}'], /nope.*\(error 2\)/],
  ]
  for (const [words, stderr] of cases) {
    const outcome = await run(['call', ...words])
    assert.equal(outcome.code, 1, outcome.stderr)
    assert.match(outcome.stderr, stderr)
    assert.equal(outcome.out, '')
  }
})

test('a reader that goes away ends it with 141 and no message', { timeout: 60_000 }, async (t) => {
  const { run, env, folder } = await setup(t)
  await run(['daemon', 'start'])
  const child = spawn(process.execPath, [launcher, 'call', 'hello'], {
    env,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += chunk))
  child.stdout.destroy()
  assert.deepEqual(await once(child, 'exit'), [141, null], stderr)
  assert.equal(stderr, '')
})
