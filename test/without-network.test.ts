// Hostile peers, trackers and DHT nodes name addresses, and the engine calls what it is told: their tests run where
// nothing can be reached but this machine itself.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { listen } from './helpers/listen.ts'
import { withoutNetwork } from './helpers/without-network.ts'

await withoutNetwork()

test('a hostile test sees no network but the loopback one', async (t) => {
  assert.deepEqual(Object.keys(networkInterfaces()), ['lo'])
  const port = await listen(t, createServer())
  const connection = connect(port, '127.0.0.1')
  await once(connection, 'connect')
  connection.destroy()
})

test('what it is told to call elsewhere fails at once', async () => {
  const connection = connect(80, '192.0.2.1')
  const [error] = (await once(connection, 'error')) as [NodeJS.ErrnoException]
  assert.equal(error.code, 'ENETUNREACH')
})
