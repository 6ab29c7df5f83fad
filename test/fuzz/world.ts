import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RpcClient } from '../../src/rpc/client.ts'
import type { TestDaemon } from '../helpers/daemon.ts'
import { bytes } from '../helpers/data.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { encodeTree } from './bencoded.ts'
import { closeDaemon, listeningPort, openDaemon } from './daemon.ts'

export const pieceLength = 16_384
/** Not a whole number of bytes in a bitfield, a short last piece. */
export const numPieces = 13
const size = pieceLength * (numPieces - 1) + 5000

/** A torrent of one file with bytes that follow from a number. */
export interface MadeTorrent {
  infoHash: string
  info: Buffer
  /** The torrent file. */
  file: Buffer
  data: Buffer
  name: string
}

export function madeTorrent(seed: number, extra: Record<string, string | number> = {}): MadeTorrent {
  const data = bytes(size, seed)
  const name = `data-${seed}.bin`
  const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest()
  const hash = (at: number) => sha1(data.subarray(at, at + pieceLength)).toString('latin1')
  const pieces = Array.from({ length: numPieces }, (_, index) => hash(index * pieceLength)).join('')
  const info = encodeTree({ length: size, name, 'piece length': pieceLength, pieces, ...extra })
  const file = Buffer.concat([Buffer.from('d4:info'), info, Buffer.from('e')])
  return { infoHash: sha1(info).toString('hex'), info, file, data, name }
}

/** A daemon with a torrent that seeds, one that downloads, and a magnet link that waits; ready to be called. */
export interface World {
  daemon: TestDaemon
  client: RpcClient
  /** Where its engine listens on 127.0.0.1. */
  port: number
  seed: MadeTorrent
  download: MadeTorrent
  magnet: MadeTorrent
  close(): Promise<void>
}

/** No try waits for another one's place in the queue. */
const unlimited = { active_downloads: -1, active_seeds: -1, active_limit: -1, connection_speed: 500 }

export async function openWorld(settings: Record<string, boolean | number | string> = {}): Promise<World> {
  const daemon = await openDaemon({ ...unlimited, ...settings })
  try {
    const client = await daemon.client()
    const [seed, download, magnet] = [madeTorrent(1), madeTorrent(2), madeTorrent(3)]
    const folders = await Promise.all(['seed', 'download', 'magnet'].map((name) => daemon.makeFolder(name)))
    await mkdir(folders[0]!, { recursive: true })
    await writeFile(join(folders[0]!, seed.name), seed.data)
    const ti = (torrent: MadeTorrent) => torrent.file.toString('base64')
    await client.call('torrents.add', { ti: ti(seed), save_path: folders[0]! })
    await client.call('torrents.add', { ti: ti(download), save_path: folders[1]! })
    await client.call('torrents.add', { info_hash: magnet.infoHash, save_path: folders[2]! })
    await waitUntil('the torrents run', async () => {
      const { torrents } = await client.call('torrents.list', { fields: ['state'] })
      const states = torrents.map(({ state }) => state).sort()
      return states.join() === 'downloading,downloading_metadata,seeding'
    })
    const port = await listeningPort(client)
    const close = async () => {
      client.close()
      await closeDaemon(daemon)
    }
    return { daemon, client, port, seed, download, magnet, close }
  } catch (error) {
    await closeDaemon(daemon)
    throw error
  }
}
