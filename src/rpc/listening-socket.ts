import { chmodSync, lstatSync, renameSync, unlinkSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { checkSocketPath } from '../program/endpoint.ts'
import { ExitCode } from '../program/exit-codes.ts'
import { Failure } from '../program/failure.ts'
import { type FileIdentity, identityOf, isStill } from '../program/file-identity.ts'
import { preparePrivateFolder } from '../program/private-folder.ts'
import { removeStaleSocket } from './socket-file.ts'

export interface ListeningHooks {
  connected(socket: Socket): void
  /** accept(2) failed; it goes on listening. */
  cannotAccept(error: Error): void
}

/**
 * A Unix socket at a path that is known to be ours: its folder may be removed while the daemon runs, and another
 * daemon may then listen at the same path.
 *
 * libuv removes the name that a socket was bound to when it closes it, whoever has that name by then. So it is bound
 * to a name beside the path and then renamed: the name at the path is removed here, and only while it is still ours.
 */
export class ListeningSocket {
  readonly path: string
  readonly #server: Server
  readonly #file: FileIdentity

  /**
   * Listens at an absolute path, for the owner alone: socket 0600, its folder 0700 when it is created here. The caller
   * holds the socket's lock: a socket that is there and that nobody answers is replaced. Throws Failure.
   */
  static async open(path: string, hooks: ListeningHooks): Promise<ListeningSocket> {
    checkSocketPath(path)
    preparePrivateFolder(dirname(path))
    await removeStaleSocket(path)
    const server = createServer({ allowHalfOpen: true }, (socket) => hooks.connected(socket))
    try {
      await bind(server, path)
      const file = identityOf(path)
      if (file === null) throw new Error('it was removed at once')
      server.removeAllListeners('error')
      // Without file descriptors left libuv closes new clients by itself; whatever else accept(2) says, the daemon goes on.
      server.on('error', (error) => hooks.cannotAccept(error))
      return new ListeningSocket(path, server, file)
    } catch (error) {
      server.close()
      const text = `cannot listen on ${path}: ${(error as Error).message}`
      throw new Failure(ExitCode.config, text, { cause: error })
    }
  }

  private constructor(path: string, server: Server, file: FileIdentity) {
    this.path = path
    this.#server = server
    this.#file = file
  }

  /** Whether a client that connects to the path comes here. */
  get intact(): boolean {
    return this.#server.listening && isStill(this.path, this.#file)
  }

  /** Takes no new client, and removes the name unless it is another's by now. Connections stay. */
  close(): void {
    const ours = this.intact
    this.#server.close()
    if (!ours) return
    try {
      unlinkSync(this.path)
    } catch (error) {
      // Gone meanwhile, or in a folder that may not be changed any more: the next daemon sees that nobody listens.
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT' && code !== 'EACCES' && code !== 'EROFS') throw error
    }
  }
}

async function bind(server: Server, path: string): Promise<void> {
  const name = nameBeside(path)
  // Left by a daemon that was killed in the middle of this.
  if (lstatSync(name, { throwIfNoEntry: false })?.isSocket()) unlinkSync(name)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    // bind(2) happens inside listen(): with this umask there is no moment in which others could connect.
    const umask = process.umask(0o177)
    try {
      server.listen(name, resolve)
    } finally {
      process.umask(umask)
    }
  })
  chmodSync(name, 0o600)
  renameSync(name, path)
}

/** A name that is as long as the path, which may be as long as a socket's can be. */
function nameBeside(path: string): string {
  const last = path.endsWith('~') ? '+' : '~'
  return `${[...path].slice(0, -1).join('')}${last}`
}
