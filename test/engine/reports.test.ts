import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Reports } from '../../src/daemon/engine/host/reports.ts'
import { TorrentState } from '../../src/daemon/engine/host/torrent-state.ts'
import type { TorrentReport } from '../../src/daemon/engine/protocol.ts'
import { task } from './support/engine.ts'

test('a torrent that left says nothing more: one of the same hash may be there again', async () => {
  const sent: TorrentReport[] = []
  const reports = new Reports((some) => sent.push(...some))
  const id = '12'.repeat(20)
  const state = () => new TorrentState(task(id, '/x'), (which, urgent) => reports.changed(which, urgent))
  const [old, now] = [state(), state()]
  old.changed(true)
  await sleep(50)
  assert.deepEqual(
    sent.splice(0).map((report) => report.id),
    [id],
  )
  old.changed(true)
  assert.equal(reports.close(old).id, id)
  // A tracker of it answers late.
  old.currentTracker = 'http://late'
  old.changed(true)
  now.changed(true)
  await sleep(50)
  assert.deepEqual(
    sent.map(({ currentTracker }) => currentTracker),
    [''],
  )
})
