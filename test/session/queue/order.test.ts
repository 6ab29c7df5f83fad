import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { type TestContext, test } from 'node:test'
import { moveInQueue } from '../../../src/daemon/session/actions/queue-position.ts'
import type { QueueMove } from '../../../src/daemon/session/queue/order.ts'
import { isPaused } from '../../../src/daemon/session/torrent/predicates.ts'
import { recheck } from '../../../src/daemon/session/transitions/recheck.ts'
import { base64, openSession, type TestSession, torrentBytes } from '../harness.ts'

/** Names in the order of the queue. */
function order({ session }: TestSession): string {
  session.queue.settle()
  return [...session.records]
    .filter(({ queue }) => queue.position >= 0)
    .sort((a, b) => a.queue.position - b.queue.position)
    .map(({ row }) => row.name)
    .join('')
}

const running = ({ session }: TestSession) =>
  [...session.records]
    .filter((record) => !isPaused(record))
    .map(({ row }) => row.name)
    .sort()
    .join('')

function five(t: TestContext, settings = {}) {
  const s = openSession(t, { settings: { active_downloads: 2, auto_manage_interval: 1000, ...settings } })
  for (const name of 'abcde') s.add({ ti: base64(torrentBytes(name, 40_000)) })
  const named = (name: string) => [...s.session.records].find(({ row }) => row.name === name)!
  return { s, named, move: (name: string, to: QueueMove) => moveInQueue(s.session, named(name), to) }
}

test('moves of five', (t) => {
  const { s, move } = five(t)
  // each from where the last one left it
  const table: [name: string, to: QueueMove, position: number, order: string][] = [
    ['c', 'top', 0, 'cabde'],
    ['c', 'top', 0, 'cabde'],
    ['c', 'up', 0, 'cabde'],
    ['c', 'down', 1, 'acbde'],
    ['a', 'bottom', 4, 'cbdea'],
    ['a', 'bottom', 4, 'cbdea'],
    ['a', 'down', 4, 'cbdea'],
    ['a', 'up', 3, 'cbdae'],
    ['e', 'top', 0, 'ecbda'],
    ['d', 'top', 0, 'decba'],
    ['b', 'up', 2, 'debca'],
    ['d', 'bottom', 4, 'ebcad'],
    ['b', 'down', 2, 'ecbad'],
  ]
  for (const [name, to, position, expected] of table) {
    assert.equal(move(name, to), position, `${name} ${to}`)
    assert.equal(order(s), expected, `${name} ${to}`)
  }
})

test('the queue answers a move: who is first runs', async (t) => {
  const { s, move } = five(t)
  await s.settle()
  assert.equal(running(s), 'ab')
  move('e', 'top')
  await s.settle()
  assert.equal(running(s), 'ae')
  move('a', 'bottom')
  await s.settle()
  assert.equal(running(s), 'be')
  move('c', 'up')
  await s.settle()
  assert.equal(running(s), 'ce')
})

test('the order is kept across a restart, and who comes later is still the last', async (t) => {
  const { s, move } = five(t)
  move('d', 'top')
  move('a', 'bottom')
  move('c', 'up')
  assert.equal(order(s), 'dcbea')
  await s.close()
  const again = openSession(t, { folder: dirname(s.store.path) })
  assert.equal(order(again), 'dcbea')
  again.add({ ti: base64(torrentBytes('f', 40_000)) })
  assert.equal(order(again), 'dcbeaf')
})

test('a finished torrent does not move, and comes back at the end', async (t) => {
  const { s, named, move } = five(t)
  await s.settle()
  s.engine.say({ id: named('a').row.v1, phase: 'running', have: Uint8Array.of(0xe0) })
  for (const to of ['top', 'up', 'down', 'bottom'] as const) assert.equal(move('a', to), -1)
  assert.equal(order(s), 'bcde')
  recheck(s.session, named('a'))
  assert.equal(order(s), 'bcdea')
  assert.equal(move('a', 'top'), 0)
  assert.equal(order(s), 'abcde')
})
