import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Records } from '../../src/daemon/session/records.ts'
import {
  changedFlags,
  defaultFlags,
  flagBit,
  flagsForAdding,
  plainFlags,
} from '../../src/daemon/session/torrent/flags.ts'
import { isManaged, isPaused } from '../../src/daemon/session/torrent/predicates.ts'
import { newRecord, type TorrentRecord } from '../../src/daemon/session/torrent/record.ts'
import type { ProgressRow, TorrentRow } from '../../src/daemon/state/rows.ts'
import { flagNames } from '../../src/rpc/contract/types.ts'

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

test('flags when adding: defaults, changes, and what has no effect', () => {
  assert.deepEqual(flagsForAdding({}), { flags: defaultFlags, warnings: [] })
  const { flags, warnings } = flagsForAdding({
    sequential_download: true,
    paused: false,
    super_seeding: true,
    share_mode: false,
    update_subscribe: true,
    need_save_resume: false,
  })
  assert.deepEqual(plainFlags(flags), ['apply_ip_filter', 'sequential_download'])
  assert.equal(flags & flagBit.paused, 0)
  assert.deepEqual(warnings, ["the flag 'super_seeding' has no effect here"])
})

test('flags later: every name is taken, and those that do nothing say so when they are set', () => {
  const told = flagNames.filter((name) => changedFlags(0, { [name]: true }, () => false).warnings.length > 0)
  assert.deepEqual(told.toSorted(), [
    'default_dont_download',
    'duplicate_is_error',
    'i2p_torrent',
    'no_verify_files',
    'override_trackers',
    'override_web_seeds',
    'seed_mode',
    'share_mode',
    'super_seeding',
  ])
  for (const name of flagNames)
    assert.deepEqual(changedFlags(0, { [name]: false }, () => false).warnings, [], name)
  const cleared = changedFlags(flagBit.seed_mode, { seed_mode: false }, () => true)
  assert.deepEqual([cleared.flags, cleared.recheck], [0, true])
})

test('a managed torrent is paused unless the queue granted it a slot', () => {
  const record = recordOf('aa'.repeat(20))
  const cases: [flags: number, granted: boolean, error: string | null, paused: boolean][] = [
    [flagBit.auto_managed, false, null, true],
    [flagBit.auto_managed, true, null, false],
    [flagBit.auto_managed | flagBit.paused, true, null, false],
    [flagBit.auto_managed, true, 'x', true],
    [flagBit.paused, true, null, true],
    [0, false, null, false],
    [0, false, 'x', true],
  ]
  for (const [flags, granted, error, paused] of cases) {
    Object.assign(record.row, { flags, error })
    record.queue.hasSlot = granted
    assert.equal(isPaused(record), paused, `${flags} ${granted} ${error}`)
    assert.equal(isManaged(record), (flags & flagBit.auto_managed) !== 0)
  }
})
