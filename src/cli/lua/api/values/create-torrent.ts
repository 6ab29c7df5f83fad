import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CreateRequest } from '../../../make-torrent/make-torrent.ts'
import { LuaError } from '../../vm/errors.ts'

/** Torrent files larger than this are nonsense: about 1.6 million pieces. */
const maxTorrentBytes = 64 * 1024 * 1024

/** The child's file: TypeScript in the sources, bundled beside the program when it is installed. */
function childFile(): string {
  const name = import.meta.url.endsWith('.ts')
    ? '../../../make-torrent/create-torrent-process.ts'
    : './create-torrent.js'
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
