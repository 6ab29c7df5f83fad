import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { RpcClient } from '../../src/rpc/client.ts'
import type { Result } from '../../src/rpc/contract/index.ts'
import { makeTorrent, type TestTorrent } from '../engine/support/data.ts'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { listenAddress } from '../helpers/torrents.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import type { Side, Target } from './bad-messages.ts'

const pieceLength = 32_768
/** Not a multiple of 8 pieces, and a last piece of another size: 19 pieces. */
const size = 18 * pieceLength + 1000
/** Of the transfer that has to go on. */
const steadySize = 64 << 20
const steadyRate = 512 << 10

export interface World {
  daemon: TestDaemon
  client: RpcClient
  /** `host:port` of the session that is attacked. */
  address: string
  /** One torrent in each state. */
  targets: Record<Side, Omit<Target, 'extensions'>>
  /** Bytes that another session has got meanwhile from the one that is attacked. */
  received: () => Promise<number>
  /** What `daemon.status` says of the engine that is attacked. */
  engine: () => Promise<Result<'daemon.status'>['sessions'][number]['engine']>
  /** An address of this machine that nobody called from yet. */
  freshAddress: () => string
}

/**
 * A daemon with two sessions: `default` has a seed, a download that nobody can help and a waiting magnet link, and is
 * what strangers call; `other` fetches a further torrent from it all the while. Strangers have addresses of their own, and
 * are told apart by them.
 */
export async function startWorld(t: TestContext): Promise<World> {
  // strangers name many addresses where nobody is: over uTP each call takes its time and a connection
  const one = {
    allow_multiple_connections_per_ip: false,
    connections_limit: 200,
    handshake_timeout: 2,
    enable_outgoing_utp: false,
  }
  const daemon = await startDaemon(t, {
    sessions: {
      default: { ...one, upload_rate_limit: 0 },
      other: { ...one, download_rate_limit: steadyRate },
    },
  })
  const client = await daemon.client()
  t.after(() => client.close())
  const make = (name: string, bytes: number) =>
    makeTorrent([{ path: name, bytes: randomBytes(bytes) }], pieceLength)
  const [seed, download, magnet] = [make('seed', size), make('download', size), make('magnet', size)]
  const steady = make('steady', steadySize)
  const put = async (torrent: TestTorrent) => {
    const folder = join(daemon.folder, 'have')
    await mkdir(folder, { recursive: true })
    for (const { path, bytes } of torrent.files) await writeFile(join(folder, path), bytes)
    await add('default', torrent, folder)
  }
  const add = (session: string, torrent: TestTorrent, folder: string) =>
    client.call('torrents.add', {
      session,
      ti: Buffer.from(torrent.bytes).toString('base64'),
      save_path: folder,
    })
  await put(seed)
  await put(steady)
  await add('default', download, await daemon.makeFolder('want'))
  await client.call('torrents.add', {
    session: 'default',
    magnet_uri: `magnet:?xt=urn:btih:${magnet.id}`,
    save_path: await daemon.makeFolder('want'),
  })
  await add('other', steady, await daemon.makeFolder('other'))
  // once it has a torrent
  const address = await listenAddress(daemon)
  const [host, port] = address.split(':') as [string, string]
  const status = async (session: string, id: string) => {
    const { torrents } = await client.call('torrents.list', { session })
    return torrents.find(({ info_hash }) => info_hash?.[0] === id)
  }
  for (const torrent of [seed, steady]) {
    await waitUntil('it seeds', async () => (await status('default', torrent.id))?.is_seeding)
  }
  await client.call('torrents.peers.add', {
    session: 'other',
    info_hash: [steady.id, null],
    ip: host,
    port: Number(port),
  })
  const received = async () => (await status('other', steady.id))?.total_done ?? 0
  await waitUntil('the other transfer goes', async () => (await received()) > 0)
  const target = ({ id, meta }: TestTorrent) => ({
    infoHash: id,
    numPieces: meta.numPieces,
    pieceLength,
    lastPieceLength: meta.totalSize - (meta.numPieces - 1) * pieceLength,
  })
  let last = 0
  return {
    daemon,
    client,
    address,
    targets: { seed: target(seed), download: target(download), magnet: target(magnet) },
    received,
    engine: async () => {
      const { sessions } = await client.call('daemon.status', {})
      return sessions.find(({ name }) => name === 'default')!.engine
    },
    freshAddress: () => {
      last++
      return `127.${1 + (last >> 14)}.${(last >> 7) & 127}.${1 + (last & 127)}`
    },
  }
}

/** Notes how a world is. What it returns fails unless the host lives on, no torrent has an error, and the other transfer goes on. */
export async function watchOver(world: World): Promise<() => Promise<void>> {
  const before = await world.engine()
  const start = await world.received()
  return async () => {
    const { state, pid, restarts } = await world.engine()
    assert.deepEqual({ state, pid, restarts }, { state: 'running', pid: before.pid, restarts: 0 })
    const { torrents } = await world.client.call('torrents.list', { session: 'default' })
    assert.deepEqual(
      torrents.map(({ error }) => error),
      [null, null, null, null],
    )
    const more = await world.received()
    assert.ok(more > start, 'the other transfer went on')
    await waitUntil('it goes on', async () => (await world.received()) > more)
    // what is thrown costs one connection as well, but then a rule is missing
    assert.doesNotMatch(world.daemon.log, /is disconnected: \w*Error/)
  }
}
