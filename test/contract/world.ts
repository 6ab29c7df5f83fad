import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type App, openApp } from '../../src/daemon/app.ts'
import { createLog } from '../../src/daemon/log.ts'
import { daemonHandlers } from '../../src/daemon/methods/daemon.ts'
import { parseTorrent } from '../../src/metainfo/index.ts'
import type { Preset } from '../../src/program/config/types.ts'
import { RpcClient } from '../../src/rpc/client.ts'
import { contract, type Method } from '../../src/rpc/contract/index.ts'
import { RpcServer } from '../../src/rpc/server.ts'
import { base64, torrentBytes } from '../session/harness.ts'

/** Nothing leaves this machine, and nothing is downloaded: what a case adds waits in the queue. */
const settings = {
  listen_interfaces: '127.0.0.1:0',
  enable_dht: false,
  enable_lsd: false,
  enable_upnp: false,
  enable_natpmp: false,
  active_downloads: 0,
}

export const fileTorrent = torrentBytes('world', [20_000, 20_000, 20_000])
export const fileHash = parseTorrent(fileTorrent).infoHash[0]!
export const magnetHash = '12'.repeat(20)
export const unknownHash = 'ff'.repeat(20)

/** Of the configuration. */
export const presets = new Map<string, Preset>([
  ['default', { category: 'all', tags: ['preset'], upload_limit: 1000 }],
  ['films', { category: 'films', save_path: '/films', session: 'other', storage_mode: 'allocate' }],
])

/** The daemon's methods behind a real socket, with a torrent file and a magnet link added to `default`. */
export interface World {
  folder: string
  app: App
  stopped: string[]
  /** Parameters of the notifications that came. */
  heard: unknown[]
  /** Calls a method with anything at all; rejects with RpcError. */
  call(method: string, params: unknown): Promise<unknown>
}

export async function openWorld(t: TestContext): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'porla-lua-contract-'))
  const lines: string[] = []
  const log = createLog('debug', (line) => lines.push(line))
  const stopped: string[] = []
  const places = { socket: join(folder, 'run', 'daemon.sock'), stateDir: join(folder, 'state') }
  const app = await openApp({
    stateDir: places.stateDir,
    config: { sessions: { default: { settings }, other: { settings } }, presets },
    log,
  })
  const own = daemonHandlers({
    ...places,
    startedAt: performance.now(),
    generation: 'a generation',
    configFile: null,
    sessions: () => app.sessions(),
    eventsSeq: () => app.eventsSeq(),
    state: () => app.state(),
    stop: () => stopped.push('stop'),
    log,
  })
  const server = new RpcServer({ contract, handlers: { ...own, ...app.handlers }, log })
  await server.listen(places.socket)
  const client = await RpcClient.connect(places.socket)
  const heard: unknown[] = []
  client.onNotification = (_method, params) => heard.push(params)
  t.after(async () => {
    await client.close()
    await server.close(1000)
    await app.close(3000)
    rmSync(folder, { recursive: true, force: true })
    const defects = lines.filter((line) => line.includes(' error '))
    if (defects.length > 0) throw new Error(`the log has errors:\n${defects.join('')}`)
  })
  const call = (method: string, params: unknown): Promise<unknown> =>
    client.call(method as Method, params as never)
  await call('torrents.add', { ti: base64(fileTorrent), save_path: join(folder, 'data'), tags: ['first'] })
  await call('torrents.add', { info_hash: magnetHash, save_path: join(folder, 'data') })
  return { folder, app, stopped, heard, call }
}
