import type { TestDaemon } from '../helpers/daemon.ts'
import { addTorrent, listenAddress, waitForSeeding } from '../helpers/torrents.ts'
import type { DataSet } from './sets.ts'

/** Time for a transfer, ms. Transmission needs 20 s for 64 MiB, from libtorrent as well. */
export const limitMs = 90_000
/** For each test. */
export const options = { timeout: 150_000 }

/** Seeds the data from where it was made; returns the address for peers. */
export async function seed(daemon: TestDaemon, set: DataSet): Promise<string> {
  await addTorrent(daemon, set.torrentFile, set.source)
  await waitForSeeding(daemon)
  return await listenAddress(daemon)
}

/** Calls a peer for all torrents of the session. */
export async function dial(daemon: TestDaemon, address: string): Promise<void> {
  await daemon.ok(
    `local host, port = arg[1]:match("^(.*):(%d+)$")
     for torrent in require("sessions").get("default"):torrents() do
       torrent:connect_peer(host, math.tointeger(port))
     end`,
    [address],
  )
}
