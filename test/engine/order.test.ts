import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HostSession } from '../../src/daemon/engine/host/host-session.ts'
import { file, makeTorrent } from './support/data.ts'
import { quiet, task, tempFolder } from './support/engine.ts'

// Messages that come together reach the session in one turn of its event loop, before a promise can settle.
test('what is asked of a torrent while its load is under way is done after it', async (t) => {
  const torrent = makeTorrent([file('single', 300_000)], 65536)
  const session = new HostSession(() => {})
  t.after(() => session.shutdown({ deadlineMs: 1000 }))
  await session.configure({ session: 'order', settings: quiet })
  const wanted = task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes })

  const loading = session.load({ task: wanted })
  const adding = session.addPeer({ id: torrent.id, address: '127.0.0.1:9' })
  const updating = session.update({ id: torrent.id, options: { sequential: true } })
  assert.deepEqual(await Promise.all([loading, adding, updating]), [null, null, null])

  const broken = session.load({ task: { ...wanted, torrentFile: new Uint8Array([1]) } })
  const late = session.addPeer({ id: torrent.id, address: '127.0.0.1:9' })
  await assert.rejects(broken)
  await assert.rejects(late, /is not loaded/)

  const again = session.load({ task: wanted })
  const report = await session.unload({ id: torrent.id })
  await again
  assert.equal(report?.id, torrent.id)
  assert.equal(await session.unload({ id: torrent.id }), null, 'nothing stays loaded behind the daemon')
})
