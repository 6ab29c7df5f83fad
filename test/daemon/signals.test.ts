// Signals that people send to daemons: read your configuration again, open your log again.

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { waitUntil } from '../helpers/wait-until.ts'

test('SIGHUP reads the configuration again, and says what changed and what needs a restart', async (t) => {
  const daemon = await startDaemon(t)
  const file = join(daemon.folder, 'config.json')
  const config = JSON.parse(await readFile(file, 'utf8'))
  const rate = () => daemon.ok('print(require("sessions").get("default"):settings().upload_rate_limit)')
  config.sessions.default.settings.upload_rate_limit = 12345
  config.sessions.another = { settings: {} }
  config.presets = { films: { save_path: '/films' } }
  config.socket = '/elsewhere/daemon.sock'
  await writeFile(file, JSON.stringify(config))
  process.kill(daemon.pid, 'SIGHUP')
  await waitUntil('it was read', () => daemon.log.includes('a restart is needed'))
  assert.match(
    daemon.log,
    /\(SIGHUP\): sessions\.default\.settings\.upload_rate_limit, presets\.films changed/,
  )
  assert.match(daemon.log, /a restart is needed for: socket, sessions\.another \(new\)/)
  assert.match(await rate(), /^12345$/)
  const client = await daemon.client()
  t.after(() => client.close())
  const { presets } = await client.call('presets.list', {})
  assert.deepEqual(Object.keys(presets), ['films'])

  await writeFile(file, '{"sessions": {"default": {"settings": {"upload_rate_limit": "fast"}}}}')
  process.kill(daemon.pid, 'SIGHUP')
  await waitUntil('it was refused', () => daemon.log.includes('was not taken over'))
  assert.match(
    daemon.log,
    /was not taken over \(SIGHUP\): .*config\.json: sessions\.default\.settings\.upload_rate_limit/,
  )
  assert.match(await rate(), /^12345$/)
})

test('SIGUSR1 and SIGUSR2 change nothing, and open no debugger, in daemon and engine host', async (t) => {
  const daemon = await startDaemon(t)
  const client = await daemon.client()
  t.after(() => client.close())
  await daemon.ok(
    `local p = AddTorrentParams.from_magnet("magnet:?xt=urn:btih:" .. ("1"):rep(40)) p.save_path = "."
     require("sessions").get("default"):add_torrent(p)`,
  )
  const engine = async () => (await client.call('daemon.status', {})).sessions[0]?.engine
  await waitUntil('the engine runs', async () => (await engine())?.state === 'running')
  const host = (await engine())?.pid as number
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) {
    process.kill(daemon.pid, signal)
    process.kill(host, signal)
    await waitUntil('it is in the log', () => daemon.log.includes(`${signal} has no meaning here`))
  }
  assert.equal((await engine())?.pid, host)
  assert.doesNotMatch(daemon.log, /Debugger listening/)
  assert.equal(await refuses(9229), true)
})

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(false)
    })
    socket.on('error', () => resolve(true))
  })
}
