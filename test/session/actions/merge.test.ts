// What adding a torrent that is there already may change.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { addTorrent } from '../../../src/daemon/session/actions/add.ts'
import { addRequestOf } from '../../../src/daemon/session/actions/add-request.ts'
import { addPeers } from '../../../src/daemon/session/actions/peers.ts'
import { addTracker } from '../../../src/daemon/session/actions/trackers.ts'
import { addUrlSeed } from '../../../src/daemon/session/actions/url-seeds.ts'
import type { TorrentRecord } from '../../../src/daemon/session/torrent/record.ts'
import { parseTorrent } from '../../../src/metainfo/index.ts'
import { ErrorCode, RpcError } from '../../../src/rpc/errors.ts'
import { base64, openSession, type TestSession, torrentBytes } from '../harness.ts'

const secret = torrentBytes('secret', [40_000, 40_000], { private: 1 })
const open = torrentBytes('open', [40_000, 40_000])
const withTracker = (bytes: Buffer) =>
  Buffer.concat([Buffer.from('d8:announce12:http://own/a'), bytes.subarray(1)])
const link = (bytes: Buffer, more = '') => {
  const [v1] = parseTorrent(bytes).infoHash
  return `magnet:?xt=urn:btih:${v1}&tr=http://public/a&ws=http://web/&x.pe=127.0.0.1:9${more}`
}

const again = (s: TestSession, params: Partial<Parameters<typeof addRequestOf>[0]>) =>
  addTorrent(s.session, addRequestOf({ session: 'default', save_path: '/elsewhere', ...params }))

/** Everything by which a torrent finds others, in what is kept and in what the engine was told. */
async function sources(s: TestSession, record: TorrentRecord) {
  await s.settle()
  const kept = s.store.swarmSources(record.row.id)
  const task = s.engine.loaded.get(record.row.v1)!
  const trackers = kept.trackers.map(({ url }) => url)
  assert.deepEqual(
    task.trackers.map(({ url }) => url),
    trackers,
  )
  assert.deepEqual(task.webSeeds, kept.webSeeds)
  return [...trackers, ...kept.webSeeds, ...kept.peers]
}

const mismatch = (error: unknown) =>
  error instanceof RpcError &&
  error.code === ErrorCode.InvalidTorrent &&
  /^mismatching info-hash/.test(error.message)

test('a private torrent takes nothing from a link or a file that is added again', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti: base64(withTracker(secret)) })
  assert.deepEqual(await sources(s, record), ['http://own/a'])
  const others = [
    { magnet_uri: link(secret) },
    { ti: base64(secret), trackers: ['http://public/a'] },
    { ti: base64(secret), url_seeds: ['http://web/'] },
    { ti: base64(secret), peers: ['127.0.0.1:9'] },
    { info_hash: record.row.v1, peers: ['127.0.0.1:9'] },
  ]
  for (const [index, params] of others.entries()) {
    const { record: same, added, warnings } = again(s, params)
    assert.deepEqual([same, added], [record, false])
    assert.match(warnings.join(), /secret is private: trackers, web seeds and peers from elsewhere/)
    assert.equal(s.log.lines.filter((line) => /is private/.test(line)).length, index + 1)
  }
  assert.deepEqual(again(s, { ti: base64(withTracker(secret)) }).warnings, [], 'nothing was left out')
  assert.deepEqual(await sources(s, record), ['http://own/a'])
  assert.ok(!s.engine.calls.some((call) => call.startsWith('addPeer')))
})

test('a script may add to a private torrent what it names, as in libtorrent', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti: base64(withTracker(secret)) })
  await s.settle()
  addTracker(s.session, record, 'http://mine/a')
  addUrlSeed(s.session, record, 'http://my.web/')
  addPeers(s.session, record, [['127.0.0.1', 8]])
  assert.deepEqual(await sources(s, record), [
    'http://own/a',
    'http://mine/a',
    'http://my.web/',
    '127.0.0.1:8',
  ])
})

test('a torrent that is not private takes all of it', async (t) => {
  const s = openSession(t)
  const record = s.add({ ti: base64(withTracker(open)) })
  assert.deepEqual(again(s, { magnet_uri: link(open) }).warnings, [])
  assert.deepEqual(await sources(s, record), [
    'http://own/a',
    'http://public/a',
    'http://web/',
    '127.0.0.1:9',
  ])
})

test('a link whose private file is added keeps what the file says, and what a script added', async (t) => {
  const s = openSession(t)
  const record = s.add({ magnet_uri: link(secret) })
  await s.settle()
  addTracker(s.session, record, 'http://mine/a')
  const { warnings } = again(s, { ti: base64(withTracker(secret)), peers: ['127.0.0.1:7'] })
  assert.match(warnings.join(), /is private/)
  assert.deepEqual(await sources(s, record), ['http://own/a', 'http://mine/a', '127.0.0.1:7'])
  assert.ok(s.engine.calls.includes(`clearPeers ${record.row.v1}`), 'and whom it had met')
})

test('a link that turns out private keeps its own, and drops what other links brought', async (t) => {
  const s = openSession(t)
  const record = s.add({ magnet_uri: link(secret) })
  await s.settle()
  const { info, infoHash } = parseTorrent(secret)
  again(s, { magnet_uri: link(secret, '&tr=http://other/a&ws=http://other.web/&x.pe=127.0.0.1:10') })
  addTracker(s.session, record, 'http://mine/a')
  again(s, { magnet_uri: link(secret, '&tr=http://mine/a') })
  assert.equal((await sources(s, record)).length, 7)
  s.engine.listener.metadata(infoHash[0]!, info)
  assert.deepEqual(await sources(s, record), [
    'http://public/a',
    'http://mine/a',
    'http://web/',
    '127.0.0.1:9',
  ])
  assert.ok(s.engine.calls.includes(`clearPeers ${record.row.v1} 127.0.0.1:10`))
  assert.ok(s.log.lines.some((line) => /is private/.test(line)))
})

test('a link that turns out open keeps them all', async (t) => {
  const s = openSession(t)
  const record = s.add({ magnet_uri: link(open) })
  await s.settle()
  again(s, { magnet_uri: link(open, '&tr=http://other/a&x.pe=127.0.0.1:10') })
  const { info, infoHash } = parseTorrent(open)
  s.engine.listener.metadata(infoHash[0]!, info)
  assert.equal((await sources(s, record)).length, 5)
})

test('metadata and files have to have every hash that was asked for', async (t) => {
  const s = openSession(t)
  const { info, infoHash } = parseTorrent(open)
  const other = 'ab'.repeat(32)
  const record = s.add({ magnet_uri: link(open, `&xt=urn:btmh:1220${other}`) })
  await s.settle()
  assert.equal(s.engine.loaded.get(record.row.v1)?.v2, other)
  assert.throws(() => again(s, { ti: base64(open) }), mismatch)
  assert.throws(() => again(s, { magnet_uri: link(open, `&xt=urn:btmh:1220${'cd'.repeat(32)}`) }), mismatch)
  assert.equal(again(s, { magnet_uri: link(open) }).record, record, 'a link that does not name it')
  assert.equal(s.session.torrentFile(record), null)
  s.engine.listener.metadata(infoHash[0]!, info)
  assert.match(s.status(record).error ?? '', /does not have the info hash/)
  assert.equal(s.session.torrentFile(record), null)
})

test('a second link may name the v2 hash; a torrent that is known to have none refuses it', async (t) => {
  const s = openSession(t)
  const v2 = createHash('sha256').update('x').digest('hex')
  const record = s.add({ magnet_uri: link(open) })
  await s.settle()
  again(s, { magnet_uri: link(open, `&xt=urn:btmh:1220${v2}`) })
  await s.settle()
  assert.equal(s.engine.loaded.get(record.row.v1)?.v2, v2, 'asked for both from now on')
  assert.equal(s.session.get(v2), record)
  s.add({ ti: base64(secret) })
  assert.throws(() => again(s, { magnet_uri: link(secret, `&xt=urn:btmh:1220${v2}`) }), mismatch)
})

test('a hash beside the metadata or the link has to be its own', (t) => {
  const s = openSession(t)
  const [v1] = parseTorrent(open).infoHash
  const [strange, strange2] = ['ab'.repeat(20), 'ab'.repeat(32)]
  const wrong = [strange, strange2, [strange, null], [v1, strange2], [null, strange2]] as never[]
  for (const info_hash of wrong) assert.throws(() => s.add({ ti: base64(open), info_hash }), mismatch)
  assert.throws(() => s.add({ magnet_uri: link(open), info_hash: strange }), mismatch)
  assert.throws(
    () =>
      s.add({
        magnet_uri: link(open, `&xt=urn:btmh:1220${strange2}`),
        info_hash: [v1!, v1! + v1!.slice(0, 24)],
      }),
    mismatch,
  )
  assert.equal(s.session.records.size, 0)
  s.add({ ti: base64(open), info_hash: [v1!, null] })
  assert.equal(s.session.records.size, 1)
})
