import { writeSync } from 'node:fs'
import type { HostEvent, HostMessage, HostRequest } from '../protocol.ts'
import { HostSession } from './host-session.ts'
import { HeardPeers } from './peers/heard.ts'
import { workedFor } from './working-for.ts'

/**
 * The engine host: a child process that runs one session's torrents. Its daemon talks to it over the channel of
 * `child_process.fork`; it never outlives that channel.
 */

/** What may be thrown: a StorageError (code, path), a MetainfoError (kind) or an error with a code of our own. */
interface HostFailure {
  message: string
  code?: string
  kind?: string
  path?: string
}

function send(message: HostMessage | HostEvent, sent?: () => void): void {
  // without a channel there is nobody to tell; the process ends with the `disconnect` that comes next
  if (process.connected) process.send?.(message, undefined, undefined, () => sent?.())
  else sent?.()
}

/** Standard error goes to the daemon's log. Written at once: an ending process flushes nothing. */
function complain(error: unknown): void {
  writeSync(2, `${error instanceof Error ? error.stack : String(error)}\n`)
}

/** Notes whom it hears, if the daemon gave it a file for that: the number of its descriptor is the first argument. */
function heardPeers(fd: string | undefined): HeardPeers | null {
  if (fd === undefined) return null
  const heard = new HeardPeers(Number(fd))
  heard.listen()
  return heard
}

const heard = heardPeers(process.argv[2])
const session = new HostSession(send, heard)

async function answer(request: HostRequest): Promise<void> {
  try {
    const handler = session[request.method] as (params: unknown) => Promise<unknown>
    const result = await handler.call(session, request.params)
    const ended = request.method === 'shutdown' ? () => process.exit(0) : undefined
    send({ id: request.id, result }, ended)
  } catch (error) {
    const { message, code, kind, path } = error as HostFailure
    send({
      id: request.id,
      error: {
        message,
        ...(typeof (code ?? kind) === 'string' ? { code: code ?? kind } : {}),
        ...(typeof path === 'string' ? { path } : {}),
      },
    })
  }
}

process.on('message', (request: HostRequest) => void answer(request))
// at once: whoever takes over may start a host of its own on the same files
process.on('disconnect', () => process.exit(0))
// a Ctrl-C in the daemon's terminal reaches us too; the daemon wants to end us in order
// (and one of the others means nothing to it)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)
  process.on(signal, () => {})
process.on('uncaughtException', (error) => {
  const torrent = workedFor()
  if (torrent !== null) heard?.failedFor(torrent)
  complain(error)
  process.exit(1)
})
// webtorrent and its tracker client leave promises alone that fail with the network (an HTTP tracker that hangs
// up in the middle of its answer): that must not take the session down
process.on('unhandledRejection', (reason) => complain(reason))

if (!process.connected) process.exit(0)
