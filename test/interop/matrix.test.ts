// Data to and from other clients, byte for byte, over 127.0.0.1.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { differences } from '../helpers/data.ts'
import { addTorrent, waitForSeeding } from '../helpers/torrents.ts'
import { aria2 } from './clients/aria2.ts'
import type { Client } from './clients/client.ts'
import { libtorrent } from './clients/libtorrent.ts'
import { qbittorrent } from './clients/qbittorrent.ts'
import { transmission } from './clients/transmission.ts'
import { installPeers } from './debian.ts'
import { type DataSet, type DataSets, makeSets } from './sets.ts'
import { dial, limitMs, options, seed } from './sides.ts'

let sets: DataSets
before(
  async () => {
    installPeers()
    sets = await makeSets()
  },
  { timeout: 300_000 },
)
after(() => sets.remove())

async function fromClient(t: TestContext, client: Client, set: DataSet): Promise<void> {
  const daemon = await startDaemon(t)
  const { torrentFile, source: folder } = set
  const peer = await client.start(t, { role: 'seed', torrentFile, folder })
  const target = join(daemon.folder, 'target')
  await addTorrent(daemon, torrentFile, target, [peer.address])
  await waitForSeeding(daemon, { timeoutMs: limitMs })
  assert.deepEqual(await differences(target, set.hashes), [])
}

async function toClient(t: TestContext, client: Client, set: DataSet): Promise<void> {
  const daemon = await startDaemon(t)
  const address = await seed(daemon, set)
  const target = await daemon.makeFolder('target')
  const peer = await client.start(t, { role: 'download', torrentFile: set.torrentFile, folder: target })
  if (peer.dial) await peer.dial(address)
  else await dial(daemon, peer.address)
  await peer.done(limitMs)
  await peer.end()
  const expected = { ...set.hashes }
  if (!client.makesEmptyFiles) for (const path of set.empty) delete expected[path]
  assert.deepEqual(await differences(target, expected), [])
}

for (const client of [libtorrent, transmission, aria2, qbittorrent]) {
  const many = client.keepsNames ? 'many' : 'portable'
  // Transmission sends and takes in bursts, twice a second, so that its cases wait more than they work
  describe(client.name, { concurrency: 2 }, () => {
    test('from it: 64 MiB', options, (t) => fromClient(t, client, sets.large))
    test('from it: 2,000 files', options, (t) => fromClient(t, client, sets[many]))
    test('to it: 64 MiB', options, (t) => toClient(t, client, sets.large))
    test('to it: 2,000 files', options, (t) => toClient(t, client, sets[many]))
  })
}
