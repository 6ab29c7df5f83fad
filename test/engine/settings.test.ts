import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dhtSettings } from '../../src/daemon/engine/host/dht/settings.ts'
import { clientPlan, listenAddresses, liveSettings, udpHost } from '../../src/daemon/engine/host/settings.ts'

test('listen_interfaces: the first entry that can be used', () => {
  const table: [string, ReturnType<typeof listenAddresses>[number] | null][] = [
    ['0.0.0.0:6881,[::]:6881', { host: '0.0.0.0', port: 6881 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:7000', { host: '::1', port: 7000 }],
    [' 10.0.0.1:443s , 10.0.0.2:80l ', { host: '10.0.0.2', port: 80 }],
    ['lo:5000', { host: '127.0.0.1', port: 5000 }],
    ['no-such-device:5000,127.0.0.2:1', { host: '127.0.0.2', port: 1 }],
    ['127.0.0.1:70000', null],
    ['127.0.0.1', null],
    ['', null],
  ]
  for (const [text, expected] of table) assert.deepEqual(listenAddresses(text)[0] ?? null, expected, text)
  assert.equal(udpHost({ host: '::', port: 1 }), '0.0.0.0')
  assert.equal(udpHost({ host: '::1', port: 1 }), null)
  assert.equal(udpHost({ host: '10.0.0.1', port: 1 }), '10.0.0.1')
})

test('settings: what is absent or of another type has the default of libtorrent', () => {
  const plan = clientPlan({ enable_upnp: 'yes', max_retry_port_bind: -1 })
  const dht = dhtSettings({ enable_dht: 'yes', dht_bootstrap_nodes: 'a:1, b:2,c,d:0' })
  assert.equal(dht.on, true)
  assert.deepEqual(dht.bootstrap, ['a:1', 'b:2'])
  assert.equal(dht.announceIntervalMs, 900_000)
  assert.equal(plan.retries, 0)
  assert.deepEqual(plan.listen, { host: '0.0.0.0', port: 6881 })
  const live = liveSettings({ download_rate_limit: -5, upload_rate_limit: 10, connections_limit: 0 })
  assert.equal(live.downloadRate, 0)
  assert.equal(live.uploadRate, 10)
  assert.equal(live.connections, Number.POSITIVE_INFINITY)
  assert.equal(live.unchokeSlots, 8)
  assert.equal(live.filePoolSize, 40)
  assert.equal(liveSettings({ connection_speed: -1 }).dialRate, 200)
  assert.equal(liveSettings({ allowed_enc_level: 0 }).encryptionLevel, 3)
  assert.equal(liveSettings({ handshake_client_version: 'x', user_agent: 'y' }).clientVersion, 'x')
  assert.equal(liveSettings({ handshake_client_version: '', user_agent: 'y' }).clientVersion, 'y')
  assert.equal(liveSettings({ user_agent: 'y', anonymous_mode: true }).clientVersion, '')
})
