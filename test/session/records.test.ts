import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Records } from '../../src/daemon/session/records.ts'
import { newRecord, type TorrentRecord } from '../../src/daemon/session/torrent/record.ts'
import type { ProgressRow, TorrentRow } from '../../src/daemon/state/rows.ts'

const recordOf = (v1: string, v2: string | null = null): TorrentRecord =>
  newRecord({ v1, v2 } as TorrentRow, {} as ProgressRow)

test('records are paged in the order of their hashes, across changes', () => {
  const hash = (n: number) => n.toString(16).padStart(40, '0')
  const records = new Records([9, 3, 200, 17].map((n) => recordOf(hash(n))))
  records.add(recordOf(hash(100)))
  records.add(recordOf(hash(1)))
  records.remove(records.byV1(hash(17))!)
  const names = (page: TorrentRecord[]) => page.map(({ row }) => Number.parseInt(row.v1, 16))
  assert.deepEqual(names(records.page(null, 3)), [1, 3, 9])
  assert.deepEqual(names(records.page([hash(9), null], 9)), [100, 200])
  assert.deepEqual(names(records.page([hash(17), null], 1)), [100], 'behind one that is gone')
  assert.deepEqual(names(records.page([hash(200), null], 9)), [])
  assert.equal(records.size, 5)
})

test('a record is found by either hash; a pair must not contradict', () => {
  const [a, b] = ['aa'.repeat(20), 'bb'.repeat(32)]
  const hybrid = recordOf(a, b)
  const records = new Records([hybrid, recordOf('cc'.repeat(20))])
  for (const hash of [a, b, a.toUpperCase(), b.toUpperCase()]) assert.equal(records.find(hash), hybrid)
  assert.equal(records.find([a, b]), hybrid)
  assert.equal(records.find([a, null]), hybrid, 'a handle from before the metadata')
  assert.equal(records.find([null, b]), hybrid)
  assert.equal(records.find([a, 'dd'.repeat(32)]), undefined)
  assert.equal(records.find([null, null]), undefined)
  records.remove(hybrid)
  assert.equal(records.find(b), undefined)
})
