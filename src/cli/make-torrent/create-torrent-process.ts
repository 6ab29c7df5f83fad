/**
 * A process of its own for `torrents.create`: reads a CreateRequest as JSON from standard input and writes the bytes
 * of the torrent file to standard output. On failure a sentence goes to standard error and it exits 1.
 */
import { writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { type CreateRequest, makeTorrent } from './make-torrent.ts'

try {
  const request = JSON.parse(await text(process.stdin)) as CreateRequest
  writeFileSync(1, await makeTorrent(request))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
