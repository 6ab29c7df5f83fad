import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { loopback, startDaemon } from '../helpers/daemon.ts'
import { engineProcess } from '../helpers/torrents.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { RawClient } from '../rpc/support/serve.ts'
import { DaemonProcess, places } from './support/daemon.ts'

const quiet = JSON.stringify({ sessions: { default: { settings: loopback } } })
const magnet_uri = `magnet:?xt=urn:btih:${'ab'.repeat(20)}`

test('a session whose engine is down says so in the log, in its status and as an event', async (t) => {
  const daemon = await startDaemon(t)
  const client = await daemon.client()
  t.after(() => client.close())
  await client.call('torrents.add', { magnet_uri, save_path: daemon.folder })
  const host = await engineProcess(daemon)
  const { seq } = await client.call('events.wait', { events: [], timeout: 0 })
  process.kill(host, 'SIGKILL')
  const down = await client.call('events.wait', { events: ['engine_down'], after: seq, timeout: 10 })
  assert.deepEqual(
    { ...down.event, seq: 0 },
    { seq: 0, event: 'engine_down', session: 'default', error: 'signal SIGKILL' },
  )
  const up = await client.call('events.wait', { events: ['engine_up'], after: down.seq, timeout: 10 })
  assert.deepEqual({ ...up.event, seq: 0 }, { seq: 0, event: 'engine_up', session: 'default' })
  const { sessions } = await client.call('daemon.status', {})
  const { crashes, restarts, last_crash, state, error } = sessions[0]!.engine
  assert.deepEqual(
    { crashes, restarts, reason: last_crash!.reason, state, error },
    { crashes: 1, restarts: 1, reason: 'signal SIGKILL', state: 'running', error: null },
  )
  assert.match(
    daemon.log,
    /error engine "default": host ended \(signal SIGKILL\); starting it again in 0 s\n/,
  )
  const { out } = await daemon.run(['daemon', 'status'])
  assert.match(out, /restarted 1 times, last ended \S+: signal SIGKILL\n/)

  const script = daemon.ok(
    `local events = require("events")
     print(events.wait("engine_down", 20))
     print(events.wait("engine_up", 20))`,
  )
  // what happened before it first spoke to the daemon does not count, and nobody sees when that is
  const kills = waitUntil(
    'it has heard',
    async () => void process.kill(await engineProcess(daemon), 'SIGKILL'),
    {
      everyMs: 1000,
    },
  )
  const told = await Promise.race([script, kills])
  assert.equal(told, 'default\tsignal SIGKILL\ndefault')
})

test('a daemon without descriptors lives, says why its engine is down, and starts it when there are some', {
  timeout: 60_000,
}, async (t) => {
  const here = places(t, quiet)
  const daemon = await new DaemonProcess(t, here, { shell: 'ulimit -n 40' }).ready()
  const client = await daemon.client(t)
  const others = Array.from({ length: 60 }, () => new RawClient(t, here.socket))
  let refused = 0
  for (const other of others) other.socket.once('end', () => refused++)
  await waitUntil('it has run out', () => refused > 0)
  await client.call('torrents.add', { magnet_uri, save_path: join(here.folder, 'files') })
  const engine = async () => (await client.call('daemon.status', {})).sessions[0]!.engine
  const waiting = await waitUntil('its engine cannot be started', async () => {
    const now = await engine()
    return now.state === 'waiting' ? now : null
  })
  assert.match(waiting.error!, /^it could not be started: .*EMFILE/)
  for (const other of others) other.socket.destroy()
  await waitUntil('its engine runs', async () => (await engine()).state === 'running', { timeoutMs: 40_000 })
  const { torrents } = await client.call('torrents.list', {})
  assert.deepEqual(
    torrents.map(({ error }) => error),
    [null],
  )
  assert.equal(await daemon.kill('SIGTERM'), 0)
  assert.doesNotMatch(daemon.log, /a defect/)
})
