// Encrypted or plain, TCP or uTP, and nothing else, in both directions of call and of data, with libtorrent.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, type TestContext, test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { differences } from '../helpers/data.ts'
import { addTorrent, listenAddress, waitForSeeding } from '../helpers/torrents.ts'
import { aria2 } from './clients/aria2.ts'
import type { Client } from './clients/client.ts'
import { type LtSettings, plainOnly, rc4Only, startLibtorrent } from './clients/libtorrent.ts'
import { qbittorrent } from './clients/qbittorrent.ts'
import { transmission } from './clients/transmission.ts'
import { installPeers } from './debian.ts'
import { type DataSets, makeSets } from './sets.ts'
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

const tcpOnly = { enable_incoming_utp: false, enable_outgoing_utp: false }
const utpOnly = { enable_incoming_tcp: false, enable_outgoing_tcp: false }
// forced alone asks for the encrypted handshake; what follows may be plain where both ends allow it
const forced = rc4Only

interface Way {
  title: string
  ours: LtSettings
  theirs: LtSettings
  /** What libtorrent must say of every connection. */
  seen: string
}

const ways: Way[] = [
  {
    title: 'encrypted over TCP',
    ours: { ...tcpOnly, ...forced },
    theirs: { ...tcpOnly, ...rc4Only },
    seen: 'tcp rc4',
  },
  {
    title: 'plain over TCP',
    ours: { ...tcpOnly, ...plainOnly },
    theirs: { ...tcpOnly, ...plainOnly },
    seen: 'tcp plain',
  },
  {
    title: 'encrypted over uTP',
    ours: { ...utpOnly, ...forced },
    theirs: { ...utpOnly, ...rc4Only },
    seen: 'utp rc4',
  },
  {
    title: 'plain over uTP',
    ours: { ...utpOnly, ...plainOnly },
    theirs: { ...utpOnly, ...plainOnly },
    seen: 'utp plain',
  },
  // each end insists alone: the other one, which would take both, has to follow
  { title: 'encrypted since we want it', ours: { ...tcpOnly, ...forced }, theirs: tcpOnly, seen: 'tcp rc4' },
  {
    title: 'encrypted since libtorrent wants it',
    ours: tcpOnly,
    theirs: { ...tcpOnly, ...rc4Only },
    seen: 'tcp rc4',
  },
  { title: 'plain since we want it', ours: { ...tcpOnly, ...plainOnly }, theirs: tcpOnly, seen: 'tcp plain' },
  {
    title: 'plain since libtorrent wants it',
    ours: tcpOnly,
    theirs: { ...tcpOnly, ...plainOnly },
    seen: 'tcp plain',
  },
]

/** One transfer of 8 MiB. */
async function transfer(
  t: TestContext,
  way: Way,
  data: 'to us' | 'to libtorrent',
  caller: 'we' | 'libtorrent',
) {
  const daemon = await startDaemon(t, { sessions: { default: way.ours } })
  const { torrentFile, source, hashes } = sets.small
  const target = await daemon.makeFolder('target')
  const [ourFolder, folder] = data === 'to us' ? [target, source] : [source, target]
  const role = data === 'to us' ? 'seed' : 'download'
  const peer = await startLibtorrent(t, { role, torrentFile, folder, settings: way.theirs })
  await addTorrent(daemon, torrentFile, ourFolder)
  if (data === 'to libtorrent') await waitForSeeding(daemon)
  if (caller === 'we') await dial(daemon, peer.address)
  else await peer.dial(await listenAddress(daemon))
  if (data === 'to us') await waitForSeeding(daemon, { timeoutMs: limitMs })
  else await peer.done(limitMs)
  assert.deepEqual(await differences(join(target), hashes), [])
  assert.deepEqual(peer.connections(), [way.seen])
}

for (const way of ways) {
  describe(way.title, { concurrency: 2 }, () => {
    for (const data of ['to us', 'to libtorrent'] as const) {
      for (const caller of ['we', 'libtorrent'] as const) {
        test(`data ${data}, ${caller} call`, options, (t) => transfer(t, way, data, caller))
      }
    }
  })
}

describe('ends that do not agree', { concurrency: 2 }, () => {
  const disagreeing: [string, LtSettings, LtSettings][] = [
    ['encrypted here, plain there', { ...tcpOnly, ...forced }, { ...tcpOnly, ...plainOnly }],
    ['plain here, encrypted there', { ...tcpOnly, ...plainOnly }, { ...tcpOnly, ...rc4Only }],
    ['TCP here, uTP there', tcpOnly, utpOnly],
    ['uTP here, TCP there', utpOnly, tcpOnly],
  ]
  for (const [title, ours, theirs] of disagreeing) {
    test(`never connect: ${title}`, options, async (t) => {
      const daemon = await startDaemon(t, { sessions: { default: ours } })
      const { torrentFile, source: folder } = sets.small
      const peer = await startLibtorrent(t, { role: 'seed', torrentFile, folder, settings: theirs })
      await addTorrent(daemon, torrentFile, join(daemon.folder, 'target'), [peer.address])
      await peer.dial(await listenAddress(daemon))
      // twice as long as any of the transfers above takes until it has its connection
      await new Promise((resolve) => setTimeout(resolve, 3000))
      const done = await daemon.ok(
        `for torrent in require("sessions").get("default"):torrents() do print(torrent:status().total_done) end`,
      )
      assert.equal(done, '0')
    })
  }
})

describe('encrypted only', { concurrency: 3 }, () => {
  for (const client of [transmission, aria2, qbittorrent] satisfies Client[]) {
    test(`from and to ${client.name}`, options, async (t) => {
      const { torrentFile, source, hashes } = sets.small
      const first = await startDaemon(t, { sessions: { default: forced } })
      const address = await seed(first, sets.small)
      const folder = await first.makeFolder('target')
      const taker = await client.start(t, { role: 'download', torrentFile, folder, encrypted: true })
      if (taker.dial) await taker.dial(address)
      else await dial(first, taker.address)
      await taker.done(limitMs)
      await taker.end()
      assert.deepEqual(await differences(folder, hashes), [])

      const giver = await client.start(t, { role: 'seed', torrentFile, folder: source, encrypted: true })
      const second = await startDaemon(t, { sessions: { default: forced } })
      const target = join(second.folder, 'target')
      await addTorrent(second, torrentFile, target, [giver.address])
      await waitForSeeding(second, { timeoutMs: limitMs })
      assert.deepEqual(await differences(target, hashes), [])
    })
  }
})
