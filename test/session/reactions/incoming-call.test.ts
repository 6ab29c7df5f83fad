import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { pause } from '../../../src/daemon/session/actions/control.ts'
import { waitUntil } from '../../helpers/wait-until.ts'
import { openSession } from '../harness.ts'

test('incoming_starts_queued_torrents: a torrent that waits runs when a peer calls, for auto_manage_interval', async (t) => {
  const settings = { active_downloads: 1, auto_manage_interval: 1 }
  const s = openSession(t, { settings })
  const records = ['1', '2', '3', '4'].map((digit) => s.add({ info_hash: digit.repeat(40) }))
  const [first, second, third, fourth] = records
  pause(s.session, fourth!)
  await s.settle()
  const running = () => records.filter((record) => record.engine.loaded).map((record) => record.row.v1[0])
  const call = (id: string) => s.engine.listener.incoming({ id })
  call(second!.row.v1)
  await s.settle()
  assert.deepEqual(running(), ['1'], 'the setting is off')

  s.session.applySettings({ incoming_starts_queued_torrents: true })
  for (const record of [first, second, fourth]) call(record!.row.v1)
  call('9'.repeat(40))
  await s.settle()
  assert.deepEqual(running(), ['1', '2'], 'neither one that the user paused nor one that is not here')
  assert.ok(!s.status(second!).flags.includes('paused'))
  const secret = createHash('sha1').update('req2').update(third!.row.v1, 'hex').digest('hex')
  s.engine.listener.incoming({ secret })
  await s.settle()
  assert.deepEqual(running(), ['1', '2', '3'])
  s.clock.ms += 1000
  await waitUntil('the queue has them back', () => running().join() === '1')
  call(third!.row.v1)
  await s.settle()
  assert.deepEqual(running(), ['1', '3'], 'again')
})
