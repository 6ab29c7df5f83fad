import assert from 'node:assert/strict'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ExitCode } from '../../src/program/exit-codes.ts'
import { version } from '../../src/program/version.ts'
import { contract } from '../../src/rpc/contract/index.ts'
import { ErrorCode } from '../../src/rpc/errors.ts'
import { protocolVersion } from '../../src/rpc/protocol.ts'
import { RawClient } from '../rpc/support/serve.ts'
import { DaemonProcess, places } from './support/daemon.ts'

test('daemon: it starts, says who it is, and leaves with 0 at SIGTERM', async (t) => {
  const here = places(t)
  const daemon = await new DaemonProcess(t, here).ready()
  assert.equal(statSync(here.socket).mode & 0o777, 0o600)
  assert.equal(statSync(dirname(here.socket)).mode & 0o777, 0o700)
  assert.equal(statSync(here.stateDir).mode & 0o777, 0o700)

  const client = await daemon.client(t)
  const { generation, events_seq, ...hello } = await client.call('hello', {
    protocol: protocolVersion,
    client: 'test',
  })
  assert.deepEqual(hello, {
    protocol: protocolVersion,
    version,
    pid: daemon.child.pid,
    methods: Object.keys(contract),
    capabilities: [],
  })
  assert.ok(events_seq > 0)
  const status = await client.call('daemon.status', {})
  assert.deepEqual(
    { ...status, uptime: 0 },
    {
      version,
      pid: daemon.child.pid,
      generation,
      uptime: 0,
      socket: here.socket,
      state_dir: here.stateDir,
      config_file: join(here.folder, 'config/porla-lua/config.json'),
      sessions: [
        {
          name: 'default',
          torrents: 0,
          engine: {
            state: 'idle',
            pid: null,
            restarts: 0,
            crashes: 0,
            last_crash: null,
            listening: null,
            error: null,
          },
        },
      ],
      // The first commit counted the rows: there were none.
      state: { file: join(here.stateDir, 'state.db'), changes: 1, set_aside: [], set_aside_count: 0 },
    },
  )

  assert.equal(await daemon.kill('SIGTERM'), ExitCode.ok)
  assert.equal(existsSync(here.socket), false)
  assert.match(
    daemon.log,
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ info porla-lua .*\n.* info leaving: SIGTERM\n.* info left\n$/,
  )
})

test('daemon: another major version of the protocol is refused, with both versions and what to type', async (t) => {
  const daemon = await new DaemonProcess(t, places(t)).ready()
  const client = await daemon.client(t)
  await client.call('hello', { protocol: `${protocolVersion.split('.')[0]}.999` })
  await assert.rejects(client.call('hello', { protocol: '99.0' }), {
    code: ErrorCode.ProtocolMismatch,
    message: `the daemon (porla-lua ${version}) speaks protocol ${protocolVersion}, this program speaks 99.0; restart the daemon with the program you use: \`porla-lua daemon restart\``,
  })
})

test('daemon: a second one on the same socket exits 75 and names the first', async (t) => {
  const here = places(t)
  const first = await new DaemonProcess(t, here).ready()
  const second = new DaemonProcess(t, here)
  const message = `a daemon is already running at ${here.socket} (pid ${first.child.pid}, socket ${here.socket}); use that one, stop it with \`porla-lua daemon stop\`, or choose another --socket and --state-dir`
  assert.equal(await second.verdict(), `error ${JSON.stringify({ message, exitCode: ExitCode.busy })}`)
  assert.equal(await second.exitCode(), ExitCode.busy)
  assert.equal(second.log, `porla-lua: ${message}\n`)
  await (await first.client(t)).call('sessions.list', {})
})

test('daemon: after kill -9 the next one removes the stale socket', async (t) => {
  const here = places(t)
  const first = await new DaemonProcess(t, here).ready()
  await first.kill('SIGKILL')
  assert.ok(existsSync(here.socket))
  const second = await new DaemonProcess(t, here).ready()
  await (await second.client(t)).call('sessions.list', {})
  assert.equal(await second.kill('SIGINT'), ExitCode.ok)
})

test('daemon: daemon.stop is answered, and when the connection ends the next one can start', async (t) => {
  const here = places(t)
  const first = await new DaemonProcess(t, here).ready()
  const client = await first.client(t)
  assert.equal(await client.call('daemon.stop', {}), null)
  const second = new DaemonProcess(t, here)
  await client.closed
  assert.equal(await first.exitCode(), ExitCode.ok)
  await second.ready()
})

test('daemon: a second signal does not wait for a client that does not read', async (t) => {
  const daemon = await new DaemonProcess(t, places(t)).ready()
  const stuck = new RawClient(t, daemon.places.socket)
  stuck.socket.pause()
  const line = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'settings.preset', params: { preset: 'default' } })}\n`
  stuck.send(line.repeat(500))
  await (await daemon.client(t)).call('sessions.list', {})
  const start = performance.now()
  daemon.child.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.equal(daemon.child.exitCode, null)
  assert.equal(await daemon.kill('SIGTERM'), ExitCode.ok)
  assert.ok(performance.now() - start < 1500)
  assert.match(daemon.log, /warning a second signal: leaving at once/)
})

test('daemon: a defect is logged with its stack, and ends it with 70', async (t) => {
  const here = places(t)
  const daemon = await new DaemonProcess(t, here, { options: { defect: true } }).ready()
  assert.equal(await daemon.exitCode(), ExitCode.internal)
  assert.match(daemon.log, /Z error a defect ends the daemon: Error: nobody catches this\\n {4}at .*\n/)
  assert.equal(existsSync(here.socket), false)
  await new DaemonProcess(t, here).ready()
})

test('daemon: what stands in the way of a start is told on the ready pipe', async (t) => {
  const wrongKey = places(t, '{"sessions":{"default":{"settings":{"enable_dth":false}}}}')
  const damaged = places(t)
  const healthy = await new DaemonProcess(t, damaged).ready()
  await healthy.kill('SIGTERM')
  writeFileSync(join(damaged.stateDir, 'state.db'), 'this is no database'.repeat(1000))
  const long = places(t)
  const cases: [daemon: DaemonProcess, exitCode: ExitCode, message: RegExp][] = [
    [
      new DaemonProcess(t, wrongKey),
      ExitCode.config,
      /config\.json: sessions\.default\.settings\.enable_dth: .*'enable_dht'/,
    ],
    [new DaemonProcess(t, damaged), ExitCode.config, /the state file .*state\.db is damaged/],
    [
      new DaemonProcess(t, { ...long, socket: `${long.folder}/${'x'.repeat(200)}` }),
      ExitCode.usage,
      /the socket's path has \d+ bytes, 107 is the most/,
    ],
    [
      new DaemonProcess(t, { ...long, stateDir: '/proc/nope' }),
      ExitCode.config,
      /cannot create the folder \/proc\/nope/,
    ],
  ]
  for (const [daemon, exitCode, message] of cases) {
    const [word, json] = (await daemon.verdict()).split(/ (.*)/)
    assert.equal(word, 'error', daemon.log)
    const verdict = JSON.parse(json ?? '')
    assert.match(verdict.message, message)
    assert.equal(verdict.exitCode, exitCode)
    assert.equal(await daemon.exitCode(), exitCode)
  }
})
