import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { parsePex, pexDictionary } from '../../src/daemon/engine/host/pex/message.ts'
import { bencode } from '../../src/metainfo/index.ts'
import type { Settings } from '../../src/rpc/contract/types.ts'
import { file, makeTorrent, writeFiles, wrongFiles } from './support/data.ts'
import { complete, startEngine, type TestEngine, task, tempFolder, until } from './support/engine.ts'
import { speakPex } from './support/pex.ts'

const torrent = makeTorrent([file('a', 200_000)], 16384)
const withPex = { torrentFile: torrent.bytes, disablePex: false }

async function seeder(
  t: TestContext,
  changes: object = {},
  settings: Settings = {},
): Promise<{ engine: TestEngine; address: string }> {
  const folder = await tempFolder(t)
  await writeFiles(folder, torrent.files)
  const engine = startEngine(t, settings, 'seeder')
  await engine.load(task(torrent.id, folder, { ...withPex, ...changes }))
  await engine.until(torrent.id, 'seeds', complete(torrent))
  return { engine, address: await engine.address() }
}

// mostly waiting, so several at a time
describe('peer exchange', { concurrency: 3 }, () => {
  test('a peer that is known to one only becomes known to the other', async (t) => {
    // the middle has nothing to give: what the last one gets is from the first
    // or the two that only send would part
    const together = { close_redundant_connections: false }
    const { address } = await seeder(t, {}, together)
    const [middleFolder, to] = [await tempFolder(t), await tempFolder(t)]
    const middle = startEngine(t, together, 'middle')
    await middle.load(task(torrent.id, middleFolder, { ...withPex, peers: [address], uploadMode: true }))
    await middle.until(torrent.id, 'meets the first', (r) => r.peers === 1)
    const last = startEngine(t, {}, 'last')
    await last.load(task(torrent.id, to, { ...withPex, peers: [await middle.address()] }))
    await last.until(torrent.id, 'has all', complete(torrent))
    assert.deepEqual(await wrongFiles(to, torrent.files), [])
  })

  test('what goes over the wire, and disable_pex at run time', async (t) => {
    const { engine, address } = await seeder(t)
    const one = await speakPex(t, address, torrent.id, { port: 1111 })
    const two = await speakPex(t, address, torrent.id, { port: 2222 })
    assert.ok(one.offered > 0)
    await until(() => one.messages.length > 0 && two.messages.length > 0, 'both are told')
    assert.deepEqual(one.messages[0]!.added, [{ address: '127.0.0.1:2222', flags: 0 }])
    assert.deepEqual(two.messages[0]!.added, [{ address: '127.0.0.1:1111', flags: 0 }])
    await engine.call('update', { id: torrent.id, options: { disablePex: true } })
    await until(() => one.offered === 0, 'it is taken back')
    await engine.call('update', { id: torrent.id, options: { disablePex: false } })
    await until(() => one.offered > 0, 'it is offered again')
    const three = await speakPex(t, address, torrent.id, { port: 3333 })
    await until(() => three.messages.length > 0, 'a new one is told of both')
    assert.equal(three.messages[0]!.added.length, 2)
    // not again within the minute
    assert.equal(one.messages.length, 1)
  })

  test('max_pex_peers: so many peers are taken from one', async (t) => {
    const { engine, address } = await seeder(t)
    engine.configure({
      listen_interfaces: '127.0.0.1:0',
      enable_dht: false,
      enable_lsd: false,
      enable_upnp: false,
      enable_natpmp: false,
      max_pex_peers: 3,
    })
    const one = await speakPex(t, address, torrent.id, { port: 1111 })
    const added = Array.from({ length: 10 }, (_, n) => ({ address: `127.0.0.1:${n + 1}`, flags: 0 }))
    const before = engine.report(torrent.id).knownPeers ?? 0
    one.send({ added, dropped: [] })
    await until(
      () => (engine.report(torrent.id).knownPeers ?? 0) >= before + 3,
      'they are known',
      () => JSON.stringify(engine.report(torrent.id).knownPeers),
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.ok(engine.report(torrent.id).knownPeers! <= before + 4)
  })
})

test('messages of BEP 11: both kinds of addresses, there and back', () => {
  const message = {
    added: [
      { address: '10.0.0.1:6881', flags: 0x12 },
      { address: '[2001:db8::1]:80', flags: 1 },
    ],
    dropped: ['1.2.3.4:5', '[::1]:9'],
  }
  const bytes = bencode(pexDictionary(message))
  assert.deepEqual(parsePex(bytes), message)
  assert.equal(parsePex(Buffer.from('i1e')), null)
  assert.equal(parsePex(Buffer.from('d5:added')), null)
  assert.deepEqual(parsePex(Buffer.from('d5:added6:\x01\x02\x03\x04\x00\x00e')), { added: [], dropped: [] })
  const left = pexDictionary({ added: [{ address: 'name:1', flags: 0 }], dropped: [] })
  assert.equal(left.added!.length, 0)
})
