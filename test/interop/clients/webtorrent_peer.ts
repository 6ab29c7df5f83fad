// A webtorrent peer that has no way to others but WebRTC, for the interop tests.
//
// usage: webtorrent_peer.ts TORRENT_FILE SAVE_PATH
//
// Prints `peer TYPE` for each connection and `done` when it has everything. Ends with its standard input.

import { readFile } from 'node:fs/promises'
import WebTorrent, { type ClientOptions, type ParsedTorrent, type Wire } from 'webtorrent'

const [torrentFile, path] = process.argv.slice(2) as [string, string]
const client = new WebTorrent({
  dht: false,
  lsd: false,
  natUpnp: false,
  natPmp: false,
  utp: false,
  utPex: false,
  torrentPort: { host: '127.0.0.1', port: 0 },
  tracker: { rtcConfig: { bindAddress: '127.0.0.1', iceServers: [] } },
} as unknown as ClientOptions)
// a torrent file's bytes are as good as a parsed torrent
const torrent = client.add((await readFile(torrentFile)) as unknown as ParsedTorrent, { path })
torrent.on('wire', (wire: Wire) => {
  clearInterval(again)
  console.log('peer', wire.type)
})
// an offer that nobody was there to answer is not made again for minutes otherwise
const again = setInterval(() => {
  const { discovery } = torrent as unknown as { discovery?: { tracker?: { update(): void } } }
  discovery?.tracker?.update()
}, 5000)
torrent.on('done', () => console.log('done'))
torrent.on('error', (error: Error) => console.error(error.message))
process.stdin.resume().on('end', () => process.exit())
