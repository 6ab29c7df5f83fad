// What a newcomer types: the message says what to write instead.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { porlaLua } from '../helpers/program.ts'

test('a command of the daemon without its first word', async () => {
  for (const word of ['status', 'stop', 'start']) {
    const { code, stderr } = await porlaLua([word], { cwd: '/' })
    assert.equal(code, 1)
    assert.equal(
      stderr.split('\n')[0],
      `porla-lua: cannot open ${word}: No such file or directory (did you mean 'porla-lua daemon ${word}'?)`,
    )
  }
})

test('--lock-wait without --lock is refused before anything runs', async () => {
  for (const words of [
    ['--lock-wait', '5s', '-e', 'print(1)'],
    ['--lock-wait=5s', 'script.lua'],
  ]) {
    const { code, stderr, out } = await porlaLua(words)
    assert.deepEqual({ code, out }, { code: 1, out: '' })
    assert.match(stderr, /'--lock-wait' waits for a lock, so '--lock' is needed too: --lock --lock-wait 10s/)
  }
})
