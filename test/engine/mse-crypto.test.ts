import assert from 'node:assert/strict'
import { createDiffieHellman, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { isSound, KeyPair } from '../../src/daemon/engine/host/peers/key-exchange.ts'
import { rc4 } from '../../src/daemon/engine/host/peers/rc4.ts'

/** MSE's group, as its specification writes it. */
const prime =
  'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD' +
  'EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63A36210000000000090563'

test('key pairs come to the same secret as those of OpenSSL, whatever keys begin with', () => {
  const theirs = createDiffieHellman(prime, 'hex', 2)
  // short private keys as well, whose public ones begin with zeros: 2 to the power of 1 to 700
  for (const power of [1, 7, 8, 100, 383, 384, 700, null]) {
    const key = power === null ? randomBytes(20) : Buffer.from(power.toString(16).padStart(4, '0'), 'hex')
    theirs.setPrivateKey(key)
    theirs.generateKeys()
    const ours = new KeyPair()
    const sent = ours.generateKeys()
    assert.equal(sent.length, 96)
    assert.ok(isSound(sent))
    const padded = Buffer.concat([Buffer.alloc(96), theirs.getPublicKey()]).subarray(-96)
    const secret = Buffer.concat([Buffer.alloc(96), theirs.computeSecret(sent)]).subarray(-96)
    assert.deepEqual(ours.computeSecret(padded), secret, `private key ${key.toString('hex')}`)
  }
})

test('each pair has keys of its own', () => {
  assert.notDeepEqual(new KeyPair().generateKeys(), new KeyPair().generateKeys())
  assert.throws(() => new KeyPair().computeSecret(Buffer.alloc(96, 1)), /keys are made first/)
})

test('RC4 gives the key stream behind its first 1024 bytes, in pieces of any length', () => {
  // the first 16 bytes of the first three as in RFC 6229 at 1024, all as OpenSSL has them
  const streams: [key: string, stream: string][] = [
    ['0102030405', '30abbcc7c20b01609f23ee2d5f6bb7df73262dec31a8a8ff5f9f977001c90b72'],
    ['0102030405060708', 'c6d0e7b226259fa9023490b26167ad1d8e15a22831e45721abf6cb13334700d1'],
    ['0102030405060708090a0b0c0d0e0f10', 'bdf0324e6083dcc6d3cedd3ca8c53c167e5cb90bc6802a7a3df2ddec55017396'],
    ['833222772a', '7828d074119cab5c22b294d7a9bfa0bb20d54fdfa28d02a661969f82670d8307'],
  ]
  for (const [key, stream] of streams) {
    const expected = Buffer.from(stream, 'hex')
    const whole = rc4(Buffer.from(key, 'hex'))
    assert.deepEqual(whole(Buffer.alloc(expected.length)), expected)
    const bits = rc4(Buffer.from(key, 'hex'))
    const parts = [1, 0, 13, 2, 16].map((length) => bits(Buffer.alloc(length)))
    assert.deepEqual(Buffer.concat(parts), expected)
  }
})

test('RC4 leaves what it is given as it is, and takes back what it did', () => {
  const key = randomBytes(20)
  const plain = randomBytes(100_000)
  const copy = Buffer.from(plain)
  const sent = rc4(key)(plain)
  assert.deepEqual(plain, copy)
  assert.notDeepEqual(sent, plain)
  assert.deepEqual(rc4(key)(sent), plain)
})
