import type { RpcClient } from '../../src/rpc/client.ts'

/** The daemon keeps so many events; a torrent that comes and goes has two. */
const keptEvents = 10_000
const atOnce = 500

/** Has so many events happen that the daemon keeps as many as it ever does: torrents that never run come and go. */
export async function fillEvents(client: RpcClient, savePath: string): Promise<void> {
  const flags = { paused: true, auto_managed: false }
  for (let n = 1; n <= keptEvents / 2; n += atOnce) {
    const keys = Array.from({ length: atOnce }, (_, more) => {
      const info_hash: [string, null] = [(n + more).toString(16).padStart(40, '0'), null]
      return { session: 'default', info_hash }
    })
    await Promise.all(keys.map((key) => client.call('torrents.add', { ...key, save_path: savePath, flags })))
    await Promise.all(keys.map((key) => client.call('torrents.remove', key)))
  }
}
