import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../src/daemon/session/actions/control.ts'
import { base64, openSession, testFolder, torrentBytes } from './harness.ts'

const one = base64(torrentBytes('one', [20_000]))
const two = base64(torrentBytes('two', [20_000]))

test('a paused session runs nothing, keeps what its torrents are, and stays paused until it is resumed', async (t) => {
  const folder = testFolder(t)
  const s = openSession(t, { folder })
  const record = s.add({ ti: one })
  await s.settle()
  assert.equal(s.engine.loaded.size, 1)
  s.clock.ms += 5000

  s.session.setPaused(true)
  await s.settle()
  assert.equal(s.engine.loaded.size, 0)
  assert.ok(!s.status(record).flags.includes('paused'), 'libtorrent’s flag is that of the torrent')
  s.clock.ms += 60_000
  assert.equal(s.status(record).active_duration, 5, 'durations stand still')
  const later = s.add({ ti: two })
  await s.settle()
  assert.equal(s.engine.loaded.size, 0, 'what is added waits as well')
  pause(s.session, later)
  await s.close()

  const again = openSession(t, { folder })
  await again.settle()
  assert.equal(again.session.paused, true)
  assert.equal(again.engine.loaded.size, 0)
  again.session.setPaused(false)
  await again.settle()
  assert.deepEqual([...again.engine.loaded.keys()], [record.row.v1], 'the other one was paused itself')
  await again.close()
  const last = openSession(t, { folder })
  assert.equal(last.session.paused, false)
})
