import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addressBytes,
  compactAddress,
  expandAddress,
  isLoopback,
  joinAddress,
  parseAddress,
  plainHost,
  shortHost,
  splitAddress,
} from '../../src/daemon/engine/peer-address.ts'

test('an address that somebody wrote is an IP address or a name, and a port', () => {
  assert.deepEqual(parseAddress('1.2.3.4:5'), { host: '1.2.3.4', port: 5, ip: true })
  assert.deepEqual(parseAddress('[::1]:65535'), { host: '::1', port: 65535, ip: true })
  assert.deepEqual(parseAddress('host.example:80'), { host: 'host.example', port: 80, ip: false })
  for (const bad of [
    '',
    '1.2.3.4',
    ':1',
    '1.2.3.4:0',
    '1.2.3.4:65536',
    '::1:5',
    '[x]:5',
    '1.2.3.4:5 ',
    'a b:5',
    '[::1]5',
  ]) {
    assert.equal(parseAddress(bad), null, bad)
  }
})

test('the bytes of an IP address, whatever form it came in', () => {
  assert.equal(addressBytes('::ffff:1.2.3.4')!.toString('hex'), '00000000000000000000ffff01020304')
  assert.equal(addressBytes('fe80::1%eth0'), null)
  assert.equal(plainHost('::ffff:1.2.3.4'), '1.2.3.4')
  assert.equal(plainHost('2001:db8::1'), '2001:db8::1')
  // RFC 5952, section 4
  assert.equal(shortHost('2001:DB8:0:0:0:0:0:1'), '2001:db8::1')
  assert.equal(shortHost('192.0.2.1'), '192.0.2.1')
})

test('an address is split and joined without loss', () => {
  for (const address of ['192.0.2.1:6881', '[2001:db8::1]:1', 'host.example:65535']) {
    const { host, port } = splitAddress(address)
    assert.equal(joinAddress(host, port), address)
  }
  assert.deepEqual(splitAddress('[::1]:80'), { host: '::1', port: 80 })
})

test('the compact form has 6 bytes for IPv4 and 18 for IPv6 (BEP 23, BEP 7)', () => {
  assert.deepEqual(compactAddress('192.0.2.1:6881'), Buffer.from('c00002011ae1', 'hex'))
  for (const [address, length] of [
    ['192.0.2.1:6881', 6],
    ['[2001:db8::1]:443', 18],
  ] as const) {
    const compact = compactAddress(address)!
    assert.equal(compact.length, length)
    assert.equal(expandAddress(compact), address)
  }
  assert.equal(compactAddress('host.example:80'), null)
  assert.equal(compactAddress('192.0.2.1:0'), null)
  assert.equal(expandAddress(Buffer.alloc(6)), null)
})

test('this machine is known in each form of its addresses', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) assert.ok(isLoopback(host), host)
  for (const host of ['128.0.0.1', '::', '::ffff:10.0.0.1', '0.0.0.0']) assert.ok(!isLoopback(host), host)
})
