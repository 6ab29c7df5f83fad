// The ring of events, and readers that come late.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventBus, type Filter, Reader } from '../../src/daemon/events/bus.ts'
import type { InfoHash } from '../../src/rpc/contract/types.ts'

const everything: Filter = { events: null, session: null, torrent: null, recipients: new Set() }
const hash = (i: number): InfoHash => [i.toString(16).padStart(40, '0'), null]

function filled(count: number, capacity = 8): EventBus {
  const bus = new EventBus({ capacity, now: 1 })
  for (let i = 1; i <= count; i++) {
    const session = i % 2 ? 'odd' : 'even'
    bus.emit({ event: i % 3 ? 'torrent_paused' : 'torrent_added', session, info_hash: hash(i) })
  }
  return bus
}

function rest(reader: Reader): string[] {
  const found: string[] = []
  for (let event = reader.next(); event; event = reader.next()) {
    found.push(
      event.event === 'overflow' ? `lost ${event.from - 1000}-${event.to - 1000}` : `${event.seq - 1000}`,
    )
  }
  return found
}

test('numbers begin with the time of the start, so that older ones are smaller', () => {
  const bus = new EventBus()
  const before = (Date.now() - 1000) * 1000
  assert.ok(bus.last > before && bus.oldest === bus.last + 1)
  assert.deepEqual(rest(new Reader(filled(0), everything)), [])
  assert.deepEqual(rest(new Reader(filled(0), everything, 5)), ['lost -994-0'], 'of another daemon')
})

test('a reader hears what follows its number, in order', () => {
  const bus = filled(6)
  assert.deepEqual(rest(new Reader(bus, everything, 1000)), ['1', '2', '3', '4', '5', '6'])
  assert.deepEqual(rest(new Reader(bus, everything, 1004)), ['5', '6'])
  assert.deepEqual(rest(new Reader(bus, everything)), [], 'from now on')
  const late = new Reader(bus, everything, 99_999)
  bus.emit({ event: 'torrent_added', session: 'odd' })
  assert.deepEqual(rest(late), ['7'], 'a number that is not there yet counts as now')
})

test('what fell out is told first, with its numbers', () => {
  const bus = filled(20)
  const reader = new Reader(bus, everything, 1000)
  assert.deepEqual(rest(reader), ['lost 1-12', ...Array.from({ length: 8 }, (_, i) => `${i + 13}`)])
  for (let i = 0; i < 9; i++) bus.emit({ event: 'torrent_added', session: 'odd' })
  assert.deepEqual(rest(reader).slice(0, 2), ['lost 21-21', '22'])
})

test('filters', () => {
  const bus = filled(6)
  const filter = (more: Partial<Filter>) => rest(new Reader(bus, { ...everything, ...more }, 1000))
  assert.deepEqual(filter({ events: new Set(['torrent_added']) }), ['3', '6'])
  assert.deepEqual(filter({ events: new Set() }), [])
  assert.deepEqual(filter({ session: 'even' }), ['2', '4', '6'])
  assert.deepEqual(filter({ torrent: ([v1]) => v1 === hash(5)[0] }), ['5'])
})

test('listeners are woken once for many events, and ended', async () => {
  const bus = filled(0)
  let woken = 0
  let ended = 0
  const listener = { filter: everything, wake: () => woken++, end: () => ended++ }
  const forget = bus.listen(listener)
  assert.equal(bus.wants('session_stats'), true)
  for (let i = 0; i < 100; i++) bus.emit({ event: 'torrent_added', session: 'a' })
  assert.equal(woken, 0, 'not in the middle of what emits')
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  assert.equal(woken, 1)
  bus.close()
  assert.equal(ended, 1)
  forget()
  assert.equal(bus.wants('session_stats'), false)
})

test('room for more events can be made, and taken back; what is lost is told', () => {
  const bus = filled(20_000, 10_000)
  bus.resize(15_000)
  assert.equal(bus.oldest, 1000 + 10_001)
  for (let i = 0; i < 5000; i++) bus.emit({ event: 'torrent_added', session: 'more' })
  assert.equal(bus.oldest, 1000 + 10_001, 'nothing more had to go')
  assert.equal(bus.at(bus.oldest).seq, bus.oldest)
  bus.resize(1)
  assert.equal(bus.oldest, 1000 + 15_001, 'ten thousand are always kept')
  const reader = new Reader(bus, everything, 1000)
  assert.equal(rest(reader)[0], 'lost 1-15000')
  assert.equal(bus.at(bus.last).session, 'more')
})

test('what is posted for one is for nobody else, and is bounded', () => {
  const bus = new EventBus({ now: 1, posted: 1000 })
  const read = (names: string[], more: Partial<Filter> = {}) =>
    rest(new Reader(bus, { ...everything, ...more, recipients: new Set(names) }, 1000))
  const post = (to: string, size: number) =>
    bus.post(to, { event: 'state_update', session: 'a', file: 'x'.repeat(size) }) - 1000
  assert.deepEqual([post('one', 1), post('two', 1)], [1, 2])
  bus.emit({ event: 'torrent_added', session: 'a' })
  assert.deepEqual(read([]), ['3'])
  assert.deepEqual(read(['one']), ['1', '3'])
  assert.deepEqual(read(['one', 'two']), ['1', '2', '3'])
  post('one', 900)
  assert.deepEqual(read(['one']), ['lost 1-1', '3', '4'], 'no room for the first any more')
  assert.deepEqual(read(['two']), ['2', '3'])
  post('one', 2000)
  assert.deepEqual(read(['one']), ['lost 1-1', '3', 'lost 4-4', 'lost 5-5'], 'too large for any room')
  assert.deepEqual(read(['one'], { events: new Set(['torrent_added']) }), ['3'])
})
