import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '../../src/daemon/log.ts'

test('log: one line a message, with time and level, nothing a terminal would obey', () => {
  const lines: string[] = []
  const log = createLog('info', (line) => lines.push(line))
  log.debug('not this')
  log.info('a\nb\tc')
  log.warning('red \x1b[31m and \x9b')
  log.error('ü')
  const times = lines.map((line) => line.slice(0, 21))
  for (const time of times) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ $/)
  assert.deepEqual(
    lines.map((line) => line.slice(21)),
    ['info a\\nb c\n', 'warning red \\x1b[31m and \\u{9b}\n', 'error ü\n'],
  )
})

test('log: the level can be changed while it runs', () => {
  const lines: string[] = []
  const log = createLog('error', (line) => lines.push(line))
  log.warning('no')
  log.level = 'debug'
  log.debug('yes')
  assert.equal(lines.length, 1)
})
