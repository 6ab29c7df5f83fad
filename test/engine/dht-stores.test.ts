import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { signedBy } from '../../src/daemon/engine/host/dht/signature.ts'
import { ItemStore, PeerStore } from '../../src/daemon/engine/host/dht/stores.ts'

const limits = { torrents: 2, peers: 2, reply: 100, items: 2, itemLifetime: 0 }
const minute = 60_000

test('peers of the DHT are kept for 45 minutes, and a full list takes no more until then', () => {
  let now = 0
  const store = new PeerStore(limits, () => now)
  const ports = (id: string) =>
    store
      .get(id)
      .map((peer) => peer[5])
      .sort()
  const add = (id: string, port: number) => store.add(id, Buffer.from([127, 0, 0, 1, 0, port]))
  add('a', 1)
  now = 30 * minute
  add('a', 2)
  add('a', 3)
  assert.deepEqual(ports('a'), [1, 2])
  add('a', 1)
  now = 46 * minute
  assert.deepEqual(ports('a'), [1, 2], 'who announces again stays')
  now = 80 * minute
  add('a', 3)
  assert.deepEqual(ports('a'), [3])
  add('b', 4)
  add('b', 5)
  add('c', 6)
  assert.deepEqual([ports('a'), ports('b'), ports('c')], [[], [4, 5], [6]], 'the smallest makes room')
  store.limits = { ...limits, torrents: 0 }
  add('d', 7)
  assert.deepEqual(ports('d'), [])
})

test('items of the DHT: so many, so long, two hours at least', () => {
  let now = 0
  const store = new ItemStore(limits, () => now)
  store.set('a', { v: 1 })
  store.set('b', { v: 2 })
  store.set('a', { v: 3 })
  store.set('c', { v: 4 })
  assert.deepEqual([store.get('a'), store.get('b'), store.get('c')], [{ v: 3 }, undefined, { v: 4 }])
  now = 1e9
  assert.deepEqual(store.get('a'), { v: 3 }, 'for ever')
  store.limits = { ...limits, itemLifetime: 60_000 }
  store.set('c', { v: 5 })
  assert.equal(store.get('a'), undefined)
  now += 119 * minute
  assert.deepEqual(store.get('c'), { v: 5 })
  now += 2 * minute
  assert.equal(store.get('c'), undefined)
})

test('mutable items of the DHT are taken from the owner of their key only', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const message = Buffer.from('3:seqi1e1:v5:hello')
  const signature = sign(null, message, privateKey)
  assert.equal(signedBy(signature, message, key), true)
  assert.equal(signedBy(signature, Buffer.from('3:seqi2e1:v5:hello'), key), false)
  assert.equal(signedBy(signature.subarray(1), message, key), false)
  assert.equal(signedBy(signature, message, key.subarray(1)), false)
})
