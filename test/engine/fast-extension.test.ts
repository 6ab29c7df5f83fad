import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { FastAllowance, fastSet } from '../../src/daemon/engine/host/uploads/fast-set.ts'
import { Suggestions } from '../../src/daemon/engine/host/uploads/suggestions.ts'
import type { Settings } from '../../src/rpc/contract/types.ts'
import { file, makeTorrent, writeFiles } from './support/data.ts'
import { complete, quiet, startEngine, type TestEngine, task, tempFolder, until } from './support/engine.ts'
import { callPeer, startRawPeer } from './support/raw-peer.ts'

const block = 16384
const torrent = makeTorrent([file('a', 40 * 2 * block)], 2 * block)
const plain: Settings = { enable_outgoing_utp: false, enable_incoming_utp: false, out_enc_policy: 2 }

async function seed(t: TestContext, settings: Settings): Promise<TestEngine> {
  const folder = await tempFolder(t)
  await writeFiles(folder, torrent.files)
  const engine = startEngine(t, { ...plain, ...settings })
  await engine.load(task(torrent.id, folder, { torrentFile: torrent.bytes }))
  await engine.until(torrent.id, 'runs', complete(torrent))
  return engine
}

async function leech(t: TestContext, settings: Settings, peers: string[]): Promise<TestEngine> {
  const engine = startEngine(t, { ...plain, ...settings })
  await engine.load(task(torrent.id, await tempFolder(t), { torrentFile: torrent.bytes, peers }))
  return engine
}

test('the allowed fast set is that of BEP 6', () => {
  // its example
  const address = Uint8Array.of(80, 4, 4, 200)
  const expected = [1059, 431, 808, 1217, 287, 376, 1188, 353, 508]
  assert.deepEqual(fastSet(address, 'aa'.repeat(20), 1313, 7), expected.slice(0, 7))
  assert.deepEqual(fastSet(address, 'aa'.repeat(20), 1313, 9), expected)
  // its neighbours get no others; a small torrent has no more pieces than it has
  assert.deepEqual(fastSet(Uint8Array.of(80, 4, 4, 7), 'aa'.repeat(20), 1313, 9), expected)
  assert.deepEqual(fastSet(address, 'aa'.repeat(20), 3, 9), [0, 1, 2])
  assert.equal(new Set(fastSet(new Uint8Array(16), 'ab'.repeat(20), 10, 9)).size, 9)
})

test('a piece of the set can be asked for three times over, others not at all', () => {
  const allowance = new FastAllowance()
  allowance.allow(7, 2 * block)
  const taken = Array.from({ length: 8 }, () => allowance.take(7))
  assert.deepEqual(taken, [true, true, true, true, true, true, false, false])
  assert.equal(allowance.take(8), false)
})

test('suggested are pieces that were read and are no more common than the mean; the best comes last', () => {
  const suggestions = new Suggestions()
  const none = () => false
  suggestions.add(1, 50, 3)
  assert.deepEqual(suggestions.pick(2, none), [], 'the first sample is above a mean of nothing')
  suggestions.add(2, 20, 3)
  suggestions.add(3, 90, 3)
  suggestions.add(4, 10, 3)
  suggestions.add(2, 10, 3)
  assert.deepEqual(suggestions.pick(2, none), [4, 2])
  assert.deepEqual(
    suggestions.pick(2, (piece) => piece === 2),
    [4],
  )
  for (const piece of [5, 6, 7]) suggestions.add(piece, 0, 3)
  assert.deepEqual(suggestions.pick(9, none), [5, 6, 7])
})

describe('BEP 6 with real connections', { concurrency: 4 }, () => {
  test('a choked peer that has nothing gets the blocks of its set, and nothing else', async (t) => {
    const engine = await seed(t, { unchoke_slots_limit: 0 })
    const { wire, rejected } = await callPeer(t, torrent, await engine.address(), { seed: false })
    await until(() => wire.peerAllowedFastSet.length === 5, 'it hears what it may ask for')
    const set = wire.peerAllowedFastSet
    const expected = fastSet(Uint8Array.of(127, 0, 0, 1), torrent.id, 40, 5)
    assert.deepEqual(set, expected)
    wire.interested()
    const whole = torrent.files[0]!.bytes
    let right = 0
    for (const piece of set) {
      for (const offset of [0, block])
        wire.request(piece, offset, block, (error, bytes) => {
          assert.ifError(error)
          const start = piece * 2 * block + offset
          if (bytes && Buffer.compare(bytes, whole.subarray(start, start + block)) === 0) right++
        })
    }
    await until(
      () => right === 10,
      'all of it comes',
      () => `${right} blocks`,
    )
    assert.ok(wire.peerChoking)
    // what is not in the set
    const other = [0, 1, 2, 3, 4, 5].find((piece) => !set.includes(piece))!
    wire.peerAllowedFastSet.push(other)
    wire.request(other, 0, block)
    await until(() => rejected.length === 1, 'the other piece is refused')
    // more than three times
    for (let i = 0; i < 6; i++) wire.request(set[0]!, 0, block, () => {})
    await until(
      () => rejected.length === 3,
      'the rest is refused',
      () => `${rejected}`,
    )
  })

  test('allowed_fast_set_size 0: nothing is allowed', async (t) => {
    const engine = await seed(t, { unchoke_slots_limit: 0, allowed_fast_set_size: 0 })
    const { wire } = await callPeer(t, torrent, await engine.address(), { seed: false })
    await engine.until(torrent.id, 'is met', (r) => r.peers === 1)
    wire.interested()
    engine.configure({ ...quiet, ...plain, unchoke_slots_limit: 8, allowed_fast_set_size: 0 })
    await until(() => !wire.peerChoking, 'it hears from it')
    assert.deepEqual(wire.peerAllowedFastSet, [])
  })

  test('a peer that chokes us is asked for what it allows, and no more for what it then refuses', async (t) => {
    const peer = await startRawPeer(t, torrent, { unchokes: false, serves: true })
    const engine = await leech(t, {}, [peer.address])
    await until(() => peer.came.length === 1 && peer.came[0]!.wire.peerId !== '', 'it calls')
    const { wire, requested } = peer.came[0]!
    await engine.until(torrent.id, 'is met', (r) => r.peers === 1)
    wire.allowedFast(7)
    wire.allowedFast(12)
    await engine.until(torrent.id, 'has two pieces', (r) => (r.done ?? 0) === 4 * block)
    assert.deepEqual(requested.toSorted(), ['12 0', `12 ${block}`, '7 0', `7 ${block}`])
    // it allows what it then refuses
    wire.on('request', () => assert.fail('it is refused before'))
    let refused = 0
    const { reject } = wire
    wire.reject = (...request) => {
      refused++
      reject.apply(wire, request)
    }
    // the message alone, without keeping it in mind
    wire.push(Buffer.of(0, 0, 0, 5, 17, 0, 0, 0, 9))
    await until(() => refused > 0, 'it is asked for that')
    const asked = refused
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(refused, asked, 'it is not asked again')
    assert.ok(asked <= 2, `${asked} times`)
  })

  test('suggested pieces are asked for first', async (t) => {
    const peer = await startRawPeer(t, torrent, { unchokes: false, serves: true })
    const engine = await leech(t, { initial_picker_threshold: 0 }, [peer.address])
    await until(() => peer.came.length === 1 && peer.came[0]!.wire.peerId !== '', 'it calls')
    const { wire, requested } = peer.came[0]!
    await engine.until(torrent.id, 'is met', (r) => r.peers === 1)
    for (const piece of [30, 31, 32]) wire.suggest(piece)
    wire.unchoke()
    await engine.until(torrent.id, 'has all', complete(torrent))
    const first = [...new Set(requested.map((one) => Number(one.split(' ')[0])))]
    assert.deepEqual(first.slice(0, 3), [32, 31, 30], 'the last suggestion is the best')
  })

  test('suggest_mode 1: a peer that is unchoked hears which pieces were just read', async (t) => {
    const settings = { suggest_mode: 1, unchoke_slots_limit: 8 }
    const engine = await seed(t, settings)
    const address = await engine.address()
    const one = await callPeer(t, torrent, address, { seed: false })
    const other = await callPeer(t, torrent, address, { seed: false })
    const suggested: number[] = []
    other.wire.on('suggest', (piece: number) => suggested.push(piece))
    await engine.until(torrent.id, 'has both', (r) => r.peers === 2)
    one.wire.interested()
    await until(() => !one.wire.peerChoking, 'it may ask')
    let got = 0
    for (const piece of [20, 21, 22]) one.wire.request(piece, 0, block, () => got++)
    await until(() => got === 3, 'it has three blocks')
    assert.deepEqual(suggested, [])
    other.wire.interested()
    await until(() => !other.wire.peerChoking, 'the other may ask')
    assert.deepEqual(suggested, [21, 22], 'the best one last')
    // one of them is there: more are named
    other.wire.have(22)
    await until(() => suggested.length === 3, 'another one is suggested')
    assert.equal(suggested[2], 20)
  })
})
