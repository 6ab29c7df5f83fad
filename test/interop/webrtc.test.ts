// Data from and to a webtorrent that has WebRTC alone, as in a browser, both met through a WebSocket tracker.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { differences } from '../helpers/data.ts'
import { addTorrent, createTorrent, waitForSeeding } from '../helpers/torrents.ts'
import { startTracker } from '../helpers/tracker.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { makeHome, startChild } from './clients/child.ts'
import { type DataSet, type DataSets, makeSets } from './sets.ts'
import { limitMs, options } from './sides.ts'

let sets: DataSets
before(async () => {
  sets = await makeSets()
})
after(() => sets.remove())

/** A torrent of the set that names a WebSocket tracker. */
async function withTracker(t: TestContext, daemon: TestDaemon, { source }: DataSet): Promise<string> {
  const { ws } = await startTracker(t)
  return await createTorrent(daemon, join(source, 'data'), { trackers: [ws] })
}

async function startWebtorrent(t: TestContext, torrentFile: string, folder: string) {
  const script = fileURLToPath(new URL('clients/webtorrent_peer.ts', import.meta.url))
  const { output } = startChild(t, process.execPath, [script, torrentFile, folder], await makeHome())
  await waitUntil('webtorrent has a peer', () => output().includes('peer'), { timeoutMs: 60_000 })
  return {
    done: () =>
      waitUntil('webtorrent has everything', () => /^done$/m.test(output()), { timeoutMs: limitMs }),
    connections: () => [...new Set([...output().matchAll(/^peer (.*)$/gm)].map((match) => match[1]))],
  }
}

describe('WebRTC', { concurrency: 2 }, () => {
  test('from webtorrent', options, async (t) => {
    const daemon = await startDaemon(t)
    const torrentFile = await withTracker(t, daemon, sets.small)
    const target = join(daemon.folder, 'target')
    await addTorrent(daemon, torrentFile, target)
    const peer = await startWebtorrent(t, torrentFile, sets.small.source)
    await waitForSeeding(daemon, { timeoutMs: limitMs })
    assert.deepEqual(await differences(target, sets.small.hashes), [])
    assert.deepEqual(peer.connections(), ['webrtc'])
  })

  test('to webtorrent', options, async (t) => {
    const daemon = await startDaemon(t)
    const torrentFile = await withTracker(t, daemon, sets.small)
    await addTorrent(daemon, torrentFile, sets.small.source)
    await waitForSeeding(daemon)
    const target = await daemon.makeFolder('target')
    const peer = await startWebtorrent(t, torrentFile, target)
    await peer.done()
    assert.deepEqual(await differences(target, sets.small.hashes), [])
    assert.deepEqual(peer.connections(), ['webrtc'])
  })
})
