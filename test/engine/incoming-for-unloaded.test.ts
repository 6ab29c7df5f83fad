import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { file, makeTorrent } from './support/data.ts'
import { quiet, startEngine, task, tempFolder, until } from './support/engine.ts'

test('incoming_starts_queued_torrents: it is said which torrent a peer calls for, also by an encrypted handshake', async (t) => {
  const [here, elsewhere] = [makeTorrent([file('a', 1000)], 16384), makeTorrent([file('b', 1000)], 16384)]
  const called = startEngine(t, {}, 'called')
  const folder = await tempFolder(t)
  await called.load(task(here.id, folder, { torrentFile: here.bytes }))
  // it tries encrypted, then plain
  const caller = startEngine(t, { enable_outgoing_utp: false }, 'caller')
  await caller.load(task(elsewhere.id, await tempFolder(t), { torrentFile: elsewhere.bytes }))
  const secret = createHash('sha1').update('req2').update(elsewhere.id, 'hex').digest('hex')
  const both = () =>
    called.incoming.some((which) => 'id' in which && which.id === elsewhere.id) &&
    called.incoming.some((which) => 'secret' in which && which.secret === secret)

  await caller.call('addPeer', { id: elsewhere.id, address: await called.address() })
  // both ways are tried within a second
  await new Promise((resolve) => setTimeout(resolve, 1500))
  assert.equal(called.incoming.length, 0, 'the setting is off')
  called.configure({ ...quiet, incoming_starts_queued_torrents: true })
  await called.call('fileProgress', { id: here.id })
  await caller.call('clearPeers', { id: elsewhere.id })
  await caller.call('addPeer', { id: elsewhere.id, address: await called.address() })
  await until(both, 'both are said', () => JSON.stringify(called.incoming))
  // the connections of a torrent that is here say nothing
  const before = called.incoming.length
  await caller.unload(elsewhere.id)
  await caller.load(task(here.id, await tempFolder(t), { torrentFile: here.bytes }))
  await caller.call('addPeer', { id: here.id, address: await called.address() })
  await called.until(here.id, 'they meet', (r) => r.peers! > 0)
  assert.ok(called.incoming.slice(before).every((which) => !('id' in which) || which.id !== here.id))
})
