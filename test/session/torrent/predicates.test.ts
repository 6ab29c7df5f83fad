import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flagBit } from '../../../src/daemon/session/torrent/flags.ts'
import { isManaged, isPaused } from '../../../src/daemon/session/torrent/predicates.ts'
import { newRecord, type TorrentRecord } from '../../../src/daemon/session/torrent/record.ts'
import type { ProgressRow, TorrentRow } from '../../../src/daemon/state/rows.ts'

const recordOf = (v1: string, v2: string | null = null): TorrentRecord =>
  newRecord({ v1, v2 } as TorrentRow, {} as ProgressRow)

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
