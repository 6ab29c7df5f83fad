// What a torrent that has all it wants, but not everything, says of itself. The values are libtorrent 2.0's, read from a
// raw tracker and its peer log: left counts all pieces that are not here as a whole, event=paused with each regular
// announce, upload_only in the handshake and in a message of one byte when it changes.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { listen } from '../helpers/listen.ts'
import { file, makeTorrent, writeFiles } from './support/data.ts'
import { complete, startEngine, task, tempFolder, until } from './support/engine.ts'
import { callPeer, type RawWire } from './support/raw-peer.ts'

const torrent = makeTorrent([file('d/a', 40_000), file('d/b', 40_000), file('d/c', 40_000)], 16384)
const [total, missing] = [120_000, 16_384]

/** What a peer was told: upload_only of handshakes as `handshake N`, of messages as `message N`. */
function listenTo({ wire }: RawWire, knowsMessage: boolean): string[] {
  const heard: string[] = []
  class UploadOnly {
    onMessage(bytes: Uint8Array): void {
      heard.push(`message ${Buffer.from(bytes).toString('hex')}`)
    }
  }
  Object.defineProperty(UploadOnly.prototype, 'name', { value: 'upload_only' })
  // the types know less than there is
  if (knowsMessage) (wire as unknown as { use: (made: unknown) => void }).use(UploadOnly)
  wire.on('extended', (name: unknown, handshake: unknown) => {
    if (name === 'handshake')
      heard.push(`handshake ${(handshake as { upload_only?: number }).upload_only ?? 'none'}`)
  })
  return heard
}

/** Sends the message `upload_only` as a peer that the other end knows it from. */
function say(wire: RawWire['wire'], on: boolean): void {
  const { extended } = wire as unknown as { extended: (name: string, bytes: Uint8Array) => void }
  extended.call(wire, 'upload_only', Uint8Array.of(Number(on)))
}

test('a partial seed tells trackers what is left and that it is paused, and peers that it only uploads', async (t) => {
  const told: string[] = []
  const tracker = createServer(({ url }, response) => {
    const query = new URL(url!, 'http://t').searchParams
    told.push(`${query.get('event') ?? 'none'} ${query.get('left')}`)
    response.end('d8:intervali1800e12:min intervali0e5:peers0:e')
  })
  const trackers = [{ url: `http://127.0.0.1:${await listen(t, tracker)}/announce`, tier: 0 }]
  const [from, to] = [await tempFolder(t), await tempFolder(t)]
  await writeFiles(from, torrent.files)
  const seeder = startEngine(t, {}, 'seeder')
  await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
  await seeder.until(torrent.id, 'seeds', complete(torrent))
  const engine = startEngine(t, { allow_multiple_connections_per_ip: true })
  const filePriorities = [4, 0, 4]
  await engine.load(task(torrent.id, to, { torrentFile: torrent.bytes, trackers, filePriorities }))
  await until(() => told.length === 1, 'it announces')
  const address = await engine.address()
  const [modern, old] = [
    await callPeer(t, torrent, address, { seed: false }),
    await callPeer(t, torrent, address, { seed: false }),
  ]
  const [heard, heardOld] = [listenTo(modern, true), listenTo(old, false)]
  await until(() => heard.length === 1 && heardOld.length === 1, 'shakes hands')

  await engine.call('addPeer', { id: torrent.id, address: await seeder.address() })
  await engine.until(
    torrent.id,
    'has what it wants',
    (report) => report.wantedPartial === 0 && report.done === total - missing,
  )
  await until(() => heard.length === 2 && heardOld.length === 2, 'it only uploads')
  await engine.call('reannounce', { id: torrent.id, url: null, afterMs: 0, ignoreMinInterval: false })
  await until(() => told.length === 2, 'it announces again')
  await engine.call('reannounce', { id: torrent.id, url: null, afterMs: 0, ignoreMinInterval: false })
  await until(() => told.length === 3, 'and again')
  const late = listenTo(await callPeer(t, torrent, address, { seed: false }), true)
  await until(() => late.length === 1, 'a new peer hears it at once')

  await seeder.unload(torrent.id)
  await engine.call('update', { id: torrent.id, options: { filePriorities: [4, 4, 4] } })
  await until(() => heard.length === 3 && heardOld.length === 3, 'it wants more')
  await engine.call('update', { id: torrent.id, options: { uploadMode: true } })
  await until(() => heard.length === 4, 'it may not ask for it')
  await engine.call('update', { id: torrent.id, options: { uploadMode: false } })
  await until(() => heard.length === 5, 'and may again')
  await seeder.load(task(torrent.id, from, { torrentFile: torrent.bytes }))
  await engine.call('addPeer', { id: torrent.id, address: await seeder.address() })
  await engine.until(torrent.id, 'has all', complete(torrent))
  await until(() => told.length >= 4, 'it completes')
  await engine.call('reannounce', { id: torrent.id, url: null, afterMs: 0, ignoreMinInterval: false })
  await until(() => told.length >= 5, 'and goes on')

  assert.deepEqual(told, [
    `started ${total}`,
    `paused ${missing}`,
    `paused ${missing}`,
    'completed 0',
    'none 0',
  ])
  assert.deepEqual(heard.slice(0, 5), [
    'handshake none',
    'message 01',
    'message 00',
    'message 01',
    'message 00',
  ])
  assert.deepEqual(heardOld.slice(0, 3), ['handshake none', 'handshake 1', 'handshake 0'])
  assert.deepEqual(late[0], 'handshake 1')
})

test('two that only upload part, whichever of them said so last; without the setting they stay', async (t) => {
  const folder = await tempFolder(t)
  await writeFiles(folder, torrent.files)
  for (const close of [true, false]) {
    const engine = startEngine(
      t,
      { allow_multiple_connections_per_ip: true, close_redundant_connections: close },
      `close ${close}`,
    )
    await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
    await engine.until(torrent.id, 'seeds', complete(torrent))
    const address = await engine.address()
    const shaken = await callPeer(t, torrent, address, { seed: false, extended: { upload_only: 1 } })
    const later = await callPeer(t, torrent, address, { seed: false })
    const wanting = await callPeer(t, torrent, address, { seed: false })
    const heard = listenTo(later, true)
    await until(() => heard.length > 0, 'shakes hands')
    say(later.wire, true)
    const gone = () => [shaken.closed, later.closed, wanting.closed]
    if (close) await until(() => shaken.closed && later.closed, 'they are let go')
    else await new Promise((resolve) => setTimeout(resolve, 1500))
    assert.deepEqual(gone(), [close, close, false])
  }
})
