import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type WebSocket, WebSocketServer } from 'ws'
import { file, makeTorrent } from '../engine/support/data.ts'
import { startEngine, task, tempFolder } from '../engine/support/engine.ts'
import { withoutNetwork } from '../helpers/without-network.ts'
import { hostileWsMessages, type Offer } from './ws-messages.ts'

await withoutNetwork()

interface Announce {
  info_hash: string
  offers?: Offer[]
}

async function startWsTracker(
  t: TestContext,
  told: (announce: Announce, socket: WebSocket, path: string) => void,
): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  t.after(() => {
    for (const socket of server.clients) socket.terminate()
    return new Promise<void>((resolve) => server.close(resolve))
  })
  server.on('connection', (socket, request) => {
    socket.on('message', (text: Buffer) => {
      const said = JSON.parse(text.toString()) as Announce & { event?: string; answer?: unknown }
      if (said.answer === undefined && said.event !== 'stopped') told(said, socket, request.url ?? '')
    })
  })
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const sound = (info_hash: string, complete: number) =>
  JSON.stringify({ action: 'announce', info_hash, complete, incomplete: 2, interval: 1, 'min interval': 1 })

test('whatever a tracker over WebSocket says between two announces, the second one is answered as well', async (t) => {
  let announces = 0
  let sent = 0
  const url = await startWsTracker(t, ({ info_hash, offers = [] }, socket) => {
    socket.send(sound(info_hash, ++announces))
    if (announces > 1) return
    const messages = hostileWsMessages(info_hash, offers)
    for (const message of messages) socket.send(message)
    sent = messages.length
  })
  const torrent = makeTorrent([file('a', 20_000)], 16384)
  const engine = startEngine(t, { min_announce_interval: 1 })
  const trackers = [{ url, tier: 0 }]
  await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, trackers }))
  await engine.until(torrent.id, 'the second answer', (r) => (r.trackers?.[0]?.complete ?? 0) >= 2, 20_000)
  assert.ok(sent > 300, `${sent} messages`)
  assert.deepEqual(engine.lost, [])
  assert.deepEqual(
    engine.log.filter((line) => line.includes('a message of a tracker')),
    [],
  )
})

test('an answer that makes no sense, or a failure, fails the announce and nothing else', async (t) => {
  const answers: [string, string, string][] = [
    ['null', 'null', 'libtorrent:171'],
    ['a list', '[]', 'libtorrent:171'],
    ['no JSON', '{', 'libtorrent:171'],
    ['no info hash', '{"action":"announce","complete":1}', 'libtorrent:171'],
    ['no action', '{"complete":1}', 'libtorrent:171'],
    ['an empty failure', '{"failure reason":""}', 'libtorrent:173'],
    ['a failure that is no text', '{"failure reason":{"toString":1}}', 'libtorrent:173'],
    ['a failure', '{"failure reason":"not you"}', 'libtorrent:173'],
  ]
  const url = await startWsTracker(t, (_announce, socket, path) => {
    socket.send(answers[Number(path.slice(1))]![1])
  })
  const engine = startEngine(t, { num_want: 0 })
  const folder = await tempFolder(t)
  const found = await Promise.all(
    answers.map(async ([name], i) => {
      const { id, bytes } = makeTorrent([file(`f${i}`, 20_000)], 16384)
      await engine.load(task(id, folder, { torrentFile: bytes, trackers: [{ url: `${url}/${i}`, tier: 0 }] }))
      const { trackers } = await engine.until(id, `${name} is a failure`, (r) => r.trackers?.[0]?.fails === 1)
      return [name, trackers![0]!.lastError]
    }),
  )
  assert.deepEqual(
    found,
    answers.map(([name, , code]) => [name, code]),
  )
  assert.deepEqual(engine.lost, [])
})

test('a message longer than tracker_maximum_response_length ends the connection', async (t) => {
  const url = await startWsTracker(t, ({ info_hash }, socket) => {
    socket.send(`${sound(info_hash, 1)}${' '.repeat(300_000)}`)
  })
  const { id, bytes } = makeTorrent([file('a', 20_000)], 16384)
  const engine = startEngine(t, { num_want: 0, tracker_maximum_response_length: 200_000 })
  const trackers = [{ url, tier: 0 }]
  await engine.load(task(id, await tempFolder(t), { torrentFile: bytes, trackers }))
  const report = await engine.until(id, 'it is a failure', (r) => r.trackers?.[0]?.fails === 1)
  assert.equal(report.trackers![0]!.verified, false)
  assert.deepEqual(engine.lost, [])
})
