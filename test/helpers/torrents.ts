import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Result } from '../../src/rpc/contract/index.ts'
import type { TestDaemon } from './daemon.ts'
import { waitUntil } from './wait-until.ts'

/** Makes a .torrent of a file or folder with a script, beside the test's folder; returns its path. */
export async function createTorrent(
  daemon: TestDaemon,
  path: string,
  { trackers = [], pieceSize = 65536 }: { trackers?: string[]; pieceSize?: number } = {},
): Promise<string> {
  const torrentFile = join(daemon.folder, `${basename(path)}.torrent`)
  await daemon.ok(
    `local trackers = { table.unpack(arg, 4) }
     local bytes = require("torrents").create{
       path = arg[1], piece_size = math.tointeger(arg[2]), trackers = #trackers > 0 and trackers or nil,
     }
     local file = assert(io.open(arg[3], "wb"))
     assert(file:write(bytes))
     file:close()`,
    [path, String(pieceSize), torrentFile, ...trackers],
  )
  return torrentFile
}

/** Adds a .torrent file with a script and dials peers (`host:port`). */
export async function addTorrent(
  daemon: TestDaemon,
  torrentFile: string,
  savePath: string,
  peers: string[] = [],
  session = 'default',
): Promise<void> {
  await daemon.ok(
    `local params = AddTorrentParams.new()
     params.ti = assert(TorrentInfo.from_file(arg[1]))
     params.save_path = arg[2]
     local torrent = require("sessions").get(arg[3]):add_torrent(params)
     for i = 4, #arg do
       local host, port = arg[i]:match("^(.*):(%d+)$")
       torrent:connect_peer(host, math.tointeger(port))
     end`,
    [torrentFile, savePath, session, ...peers],
  )
}

type Status = Result<'torrents.list'>['torrents'][number]

/** Waits until the first torrent of a session fits; an error of the torrent ends the wait. */
export async function waitForTorrent(
  daemon: TestDaemon,
  what: string,
  fits: (status: Status) => boolean,
  { session = 'default', timeoutMs = 30_000 } = {},
): Promise<Status> {
  const client = await daemon.client()
  try {
    return await waitUntil(
      what,
      async () => {
        const { torrents } = await client.call('torrents.list', { session })
        const [status] = torrents
        if (status && fits(status)) return status
        throw new Error(`it is ${JSON.stringify(status)}`)
      },
      { timeoutMs, everyMs: 50 },
    )
  } finally {
    client.close()
  }
}

/** Waits until the first torrent of a session has everything. */
export async function waitForSeeding(daemon: TestDaemon, options = {}): Promise<Status> {
  return await waitForTorrent(
    daemon,
    'the torrent seeds',
    (status) => {
      assert.equal(status.error, null)
      return status.is_seeding === true
    },
    options,
  )
}

/** Where a session listens for peers, once its engine runs. */
export async function listenAddress(daemon: TestDaemon, session = 'default'): Promise<string> {
  const client = await daemon.client()
  try {
    return await waitUntil(`session ${session} listens`, async () => {
      const { sessions } = await client.call('daemon.status', {})
      return sessions.find(({ name }) => name === session)?.engine.listening
    })
  } finally {
    client.close()
  }
}

/** Process id of a session's engine host. */
export async function engineProcess(daemon: TestDaemon, session = 'default'): Promise<number> {
  const client = await daemon.client()
  try {
    return await waitUntil(`session ${session} has an engine host`, async () => {
      const { sessions } = await client.call('daemon.status', {})
      const engine = sessions.find(({ name }) => name === session)?.engine
      return engine?.state === 'running' ? engine.pid : undefined
    })
  } finally {
    client.close()
  }
}

/** Keeps bytes as a file in the test's folder. */
export async function writeTestFile(
  daemon: TestDaemon,
  name: string,
  content: Uint8Array | string,
): Promise<string> {
  const path = join(daemon.folder, name)
  await writeFile(path, content)
  return path
}
