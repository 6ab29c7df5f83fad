import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '../helpers/wait-until.ts'
import { python } from './debian.ts'

/** A port of 127.0.0.1 that was free a moment ago, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** A child whose output is kept, and that is ended with the test. */
function child(
  t: TestContext,
  file: string,
  words: string[],
): { process: ChildProcess; output: () => string } {
  const process = spawn(file, words, { stdio: ['pipe', 'pipe', 'pipe'] })
  let text = ''
  process.stdout.on('data', (chunk) => {
    text += chunk
  })
  process.stderr.on('data', (chunk) => {
    text += chunk
  })
  const gone = once(process, 'exit')
  t.after(async () => {
    if (process.exitCode === null && process.signalCode === null) process.kill('SIGTERM')
    const force = setTimeout(() => process.kill('SIGKILL'), 10_000)
    await gone
    clearTimeout(force)
  })
  return { process, output: () => text }
}

/** A libtorrent client with one torrent. */
export async function libtorrentPeer(
  t: TestContext,
  mode: 'seed' | 'download',
  torrentFile: string,
  savePath: string,
  peers: string[] = [],
): Promise<{ address: string; done: (timeoutMs: number) => Promise<unknown> }> {
  const script = fileURLToPath(new URL('libtorrent_peer.py', import.meta.url))
  const { output } = child(t, python, [script, mode, torrentFile, savePath, ...peers])
  const port = await waitUntil('libtorrent listens', () => /^port (\d+)$/m.exec(output())?.[1])
  return {
    address: `127.0.0.1:${port}`,
    done: (timeoutMs) =>
      waitUntil('libtorrent has everything', () => /^done$/m.test(output()), { timeoutMs }),
  }
}

/** Transmission, seeding one torrent whose data is in `folder`. Returns its address for peers. */
export async function transmissionSeeder(
  t: TestContext,
  torrent: Uint8Array,
  folder: string,
  configFolder: string,
): Promise<string> {
  const peerPort = await freePort()
  const rpcPort = await freePort()
  await mkdir(configFolder, { recursive: true })
  await writeFile(
    join(configFolder, 'settings.json'),
    JSON.stringify({
      'bind-address-ipv4': '127.0.0.1',
      'bind-address-ipv6': '::1',
      'dht-enabled': false,
      'lpd-enabled': false,
      'pex-enabled': false,
      'utp-enabled': false,
      'port-forwarding-enabled': false,
      'peer-port': peerPort,
      'rpc-bind-address': '127.0.0.1',
      'rpc-port': rpcPort,
      'rpc-whitelist-enabled': false,
      'rpc-host-whitelist-enabled': false,
    }),
  )
  child(t, '/usr/bin/transmission-daemon', ['--foreground', '--config-dir', configFolder])
  const url = `http://127.0.0.1:${rpcPort}/transmission/rpc`
  // The first answer is a refusal that carries the id every request has to repeat.
  const id = await waitUntil('transmission answers', async () => {
    const response = await fetch(url, { method: 'POST', body: '{}' })
    return response.headers.get('x-transmission-session-id')
  })
  const call = async (method: string, args: object): Promise<Record<string, unknown>> => {
    const body = JSON.stringify({ method, arguments: args })
    const response = await fetch(url, { method: 'POST', body, headers: { 'x-transmission-session-id': id } })
    const answer = (await response.json()) as { result: string; arguments: Record<string, unknown> }
    if (answer.result !== 'success') throw new Error(`transmission: ${method}: ${answer.result}`)
    return answer.arguments
  }
  await call('torrent-add', { metainfo: Buffer.from(torrent).toString('base64'), 'download-dir': folder })
  await waitUntil('transmission seeds', async () => {
    const { torrents } = await call('torrent-get', { fields: ['status', 'percentDone'] })
    const [first] = torrents as { status: number; percentDone: number }[]
    return first?.status === 6 && first.percentDone === 1
  })
  return `127.0.0.1:${peerPort}`
}

/** aria2 downloading a torrent that names a tracker; resolves when it has everything. */
export async function aria2Download(
  t: TestContext,
  torrentFile: string,
  folder: string,
  timeoutMs: number,
): Promise<void> {
  const port = await freePort()
  const { process, output } = child(t, '/usr/bin/aria2c', [
    '--no-conf=true',
    '--enable-dht=false',
    '--enable-dht6=false',
    '--bt-enable-lpd=false',
    '--enable-peer-exchange=false',
    '--disable-ipv6=true',
    '--interface=127.0.0.1',
    `--listen-port=${port}`,
    '--seed-time=0',
    '--console-log-level=warn',
    `--stop=${Math.ceil(timeoutMs / 1000)}`,
    `--dir=${folder}`,
    torrentFile,
  ])
  const [code] = await once(process, 'exit')
  if (code !== 0) throw new Error(`aria2 ended with ${code}\n${output()}`)
}
