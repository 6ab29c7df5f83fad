import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ExitCode } from '../../src/program/exit-codes.ts'
import type { RpcClient } from '../../src/rpc/client.ts'
import { loopback } from '../helpers/daemon.ts'
import { oddTracker } from '../helpers/odd-tracker.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { DaemonProcess, type Places, places } from './support/daemon.ts'

const settings = { ...loopback, active_downloads: -1, active_limit: -1, auto_manage_interval: 1 }
const quiet = JSON.stringify({ sessions: { default: { settings } } })

/** How long the daemon takes to end, ms. */
async function endMs(daemon: DaemonProcess, expected: number = ExitCode.ok): Promise<number> {
  const start = performance.now()
  assert.equal(await daemon.kill('SIGTERM'), expected, daemon.log)
  return performance.now() - start
}

/** Magnet links at a tracker: each says `started` to it once its host runs. */
async function addMagnets(client: RpcClient, here: Places, url: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const hash = i.toString(16).padStart(40, 'a')
    const magnet_uri = `magnet:?xt=urn:btih:${hash}&tr=${encodeURIComponent(url)}`
    await client.call('torrents.add', { magnet_uri, save_path: join(here.folder, 'files') })
  }
}

async function hostOf(client: RpcClient): Promise<number> {
  return await waitUntil('the host runs', async () => {
    const { sessions } = await client.call('daemon.status', {})
    const { state, pid } = sessions[0]!.engine
    return state === 'running' ? pid : null
  })
}

function alive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z')
  } catch {
    return false
  }
}

/** A tracker that takes every `started`, and leaves every `stopped` without an answer. */
async function hangingTracker(t: TestContext) {
  const heard = { started: 0, stopped: new Set<string>() }
  const tracker = await oddTracker(t, (query) => {
    if (query.get('event') === 'stopped') {
      heard.stopped.add(query.get('info_hash')!)
      return undefined
    }
    if (query.get('event') === 'started') heard.started++
    return { interval: 1800, peers: new Uint8Array() }
  })
  return { url: tracker.url, heard }
}

// mostly waiting, so several at a time
describe('ending', { concurrency: 3 }, () => {
  test('a socket that is removed, alone or with its folder, is made anew; whoever is connected stays', async (t) => {
    const here = places(t, quiet)
    const daemon = await new DaemonProcess(t, here).ready()
    const before = await daemon.client(t)
    for (const gone of [here.socket, dirname(here.socket)]) {
      rmSync(gone, { recursive: true })
      await waitUntil('it is there again', () => existsSync(here.socket))
      const { pid } = await (await daemon.client(t)).call('hello', {})
      assert.equal(pid, daemon.child.pid)
      await before.call('sessions.list', {})
    }
    assert.match(daemon.log, /warning the socket .*d\.sock was gone; it is there again\n/)
    const second = new DaemonProcess(t, { ...here, stateDir: join(here.folder, 'other') })
    assert.equal(await second.exitCode(), ExitCode.busy, 'its lock was made anew, too')
    assert.match(second.log, new RegExp(`a daemon is already running at .* \\(pid ${daemon.child.pid}, `))
    assert.equal(await daemon.kill('SIGTERM'), ExitCode.ok)
    assert.equal(existsSync(here.socket), false)
  })

  test('a daemon that took the place of one whose folder was removed keeps it', async (t) => {
    const here = places(t, quiet)
    const first = await new DaemonProcess(t, here).ready()
    const old = await first.client(t)
    first.child.kill('SIGSTOP')
    rmSync(dirname(here.socket), { recursive: true })
    const second = await new DaemonProcess(t, { ...here, stateDir: join(here.folder, 'other') }).ready()
    first.child.kill('SIGCONT')
    await waitUntil('the first says so', () => first.log.includes('no client gets in'))
    assert.match(first.log, new RegExp(`already running .* \\(pid ${second.child.pid}, `))
    await old.call('sessions.list', {})
    assert.equal(await first.kill('SIGTERM'), ExitCode.ok)
    const { pid } = await (await second.client(t)).call('hello', {})
    assert.equal(pid, second.child.pid)
    assert.ok(existsSync(`${here.socket}.lock.json`), 'what the second says of itself is its own')
  })

  test('SIGTERM ends a daemon whose runtime folder is gone, and one whose state folder is gone', async (t) => {
    const here = places(t, quiet)
    const daemon = await new DaemonProcess(t, here).ready()
    await addMagnets(await daemon.client(t), here, 'http://127.0.0.1:9/announce', 1)
    rmSync(dirname(here.socket), { recursive: true })
    assert.ok((await endMs(daemon)) < 5000)

    const again = await new DaemonProcess(t, here).ready()
    assert.equal((await (await again.client(t)).call('torrents.list', {})).torrents.length, 1)
    rmSync(here.stateDir, { recursive: true })
    await waitUntil('it says so while it runs', () => again.log.includes('lost when the daemon ends'))
    assert.ok((await endMs(again, ExitCode.internal)) < 5000)
    assert.match(again.log, /error the state file .*state\.db was removed or replaced while the daemon ran/)
    assert.equal(existsSync(here.socket), false)
  })

  test('SIGTERM ends a daemon at once that waits for another one to leave', async (t) => {
    const here = places(t, quiet)
    const program = fileURLToPath(new URL('support/lock.ts', import.meta.url))
    const holder = spawn(process.execPath, [program, here.socket, here.stateDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    t.after(() => holder.kill('SIGKILL'))
    await once(holder.stdout, 'data')
    holder.stdin.write('stopping\n')
    await once(holder.stdout, 'data')
    const daemon = new DaemonProcess(t, here)
    // it says nothing while it waits, which it does soon after it listens to signals
    // SIGHUP, that is: Node itself listens to SIGTERM from the beginning
    const sighup = 1n
    await waitUntil('it listens to signals', () => {
      const status = readFileSync(`/proc/${daemon.child.pid}/status`, 'latin1')
      return (BigInt(`0x${/SigCgt:\s*(\w+)/.exec(status)![1]}`) & sighup) !== 0n
    })
    await sleep(500)
    assert.equal(daemon.child.exitCode, null)
    assert.ok((await endMs(daemon)) < 1000)
    assert.match(daemon.log, /leaving before the start: SIGTERM/)
    assert.match(await daemon.verdict(), /^error .*told to end before it had started/)
  })

  test('SIGTERM tells all trackers at the same time, and waits for none that hangs', async (t) => {
    const here = places(t, quiet)
    const { url, heard } = await hangingTracker(t)
    const daemon = await new DaemonProcess(t, here).ready()
    const count = 150
    await addMagnets(await daemon.client(t), here, url, count)
    await waitUntil('all have started', () => heard.started >= count)
    const took = await endMs(daemon)
    assert.ok(took < 5000, `${took} ms`)
    assert.equal(heard.stopped.size, count)
  })

  test('a second SIGTERM ends it at once, with what it knew saved', async (t) => {
    const here = places(t, quiet)
    const { url, heard } = await hangingTracker(t)
    const daemon = await new DaemonProcess(t, here).ready()
    const client = await daemon.client(t)
    await addMagnets(client, here, url, 2)
    await waitUntil('both have started', () => heard.started >= 2)
    const host = await hostOf(client)
    // Nothing of it is in the state yet: durations are saved once a minute.
    const ran = await waitUntil('they have run for a second', async () => {
      const { torrents } = await client.call('torrents.list', {})
      return Math.min(...torrents.map((status) => status.active_duration ?? 0))
    })
    daemon.child.kill('SIGTERM')
    await waitUntil('they are being stopped', () => heard.stopped.size === 2)
    const took = await endMs(daemon)
    assert.ok(took < 500, `${took} ms`)
    await waitUntil('its host is gone', () => !alive(host))
    const again = await new DaemonProcess(t, here).ready()
    const { torrents } = await (await again.client(t)).call('torrents.list', {})
    assert.equal(torrents.length, 2)
    for (const status of torrents) assert.ok(status.active_duration! >= ran, `${status.active_duration} s`)
  })

  test('a host that hangs does not hold it up, and does not outlive it', async (t) => {
    const here = places(t, quiet)
    const daemon = await new DaemonProcess(t, here).ready()
    const client = await daemon.client(t)
    await addMagnets(client, here, 'http://127.0.0.1:9/announce', 1)
    const host = await hostOf(client)
    process.kill(host, 'SIGSTOP')
    const stuck = client
      .call('torrents.peers.list', { session: 'default', info_hash: `${'a'.repeat(39)}0` })
      .catch(() => {})
    await sleep(50)
    const took = await endMs(daemon)
    assert.ok(took < 5000, `${took} ms`)
    await waitUntil('its host is gone', () => !alive(host))
    await stuck
  })
})
