import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { LuaError } from '../vm/errors.ts'

/** What a new torrent file is made from; sent to the child process as JSON. */
export interface CreateRequest {
  /** Absolute. */
  path: string
  /** Bytes; chosen by the size of the content when left out. */
  piece_size?: number
  /** Tiers. */
  trackers?: string[][]
  comment?: string
  private?: boolean
  creator?: string
  web_seeds?: string[]
}

/** Torrent files larger than this are nonsense: about 1.6 million pieces. */
const maxTorrentBytes = 64 * 1024 * 1024

/** The child's file: TypeScript in the sources, bundled beside the program when it is installed. */
function childFile(): string {
  const name = import.meta.url.endsWith('.ts') ? '../../create-torrent-process.ts' : './create-torrent.js'
  return fileURLToPath(new URL(name, import.meta.url))
}

/**
 * Makes a torrent file. The library that hashes is asynchronous and a Lua call is not, so it runs in a process of
 * its own. Throws LuaError with the reason, which names the file concerned.
 */
export function createTorrent(request: CreateRequest): Uint8Array {
  const child = spawnSync(process.execPath, ['--disable-sigusr1', childFile()], {
    // Its paths are absolute, and the current folder may be gone.
    cwd: '/',
    input: JSON.stringify(request),
    maxBuffer: maxTorrentBytes,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  if (child.error) throw new LuaError(`torrents.create: ${child.error.message}`)
  if (child.status === 0) return child.stdout
  const said = child.stderr.toString().trim()
  throw new LuaError(said || `torrents.create: the process ended with ${child.signal ?? child.status}`)
}
