import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import addressParts from '../../src/daemon/engine/host/peers/address-parts.ts'

/** The package that webtorrent asks; it has no types. */
const name: string = 'addr-to-ip-port'
const stock = (await import(name)).default as typeof addressParts

test('addresses are taken apart as by the package that the bundle leaves out', () => {
  const addresses = [
    '192.0.2.1:6881',
    '[2001:db8::1]:6881',
    '2001:db8::1:6881',
    '[fe80::1%eth0]:1',
    'host.example:65535',
    '192.0.2.1:0',
  ]
  for (const address of addresses) assert.deepEqual(addressParts(address), stock(address), address)
  for (const wrong of ['', ':', ':80', '192.0.2.1', '192.0.2.1:', '192.0.2.1:x', '[::1]']) {
    assert.throws(() => stock(wrong), { message: `invalid addr: ${wrong}` })
    assert.throws(() => addressParts(wrong), { message: `invalid addr: ${wrong}` })
  }
})

test('the host of the package keeps no address that it took apart', async () => {
  const bundle = await readFile(new URL('../../dist/engine-host.js', import.meta.url), 'utf8')
  assert.ok(bundle.includes('address-parts.ts'))
  assert.ok(!bundle.includes('addr-to-ip-port/index.js'))
})
