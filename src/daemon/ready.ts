import { closeSync, writeSync } from 'node:fs'
import { ExitCode } from '../program/exit-codes.ts'
import { Failure } from '../program/failure.ts'
import { closeInherited } from './inherited.ts'

/** Environment variable with the number of the descriptor that a starter listens on. */
const variable = 'PORLA_LUA_READY_FD'

/** How a daemon tells whoever started it how its start ended. Only the first word counts. */
export interface ReadyChannel {
  /** It answers at its socket. */
  ready(): void
  failed(error: unknown): void
}

/**
 * The channel to the starter: one line on the descriptor that PORLA_LUA_READY_FD names, `ready` or
 * `error {"message": ..., "exitCode": ...}`, then its end. Without the variable nothing is written. The variable is
 * removed from `env`: the descriptor is not meant for the daemon's children.
 */
export function takeReadyChannel(env: NodeJS.ProcessEnv): ReadyChannel {
  const text = env[variable]
  delete env[variable]
  // 0 to 2 are the standard streams, which are not ours to close.
  if (text !== undefined && !(/^\d{1,6}$/.test(text) && Number(text) > 2)) {
    throw new Failure(
      ExitCode.config,
      `${variable} must be the number of an open descriptor above 2; it is '${text}'`,
    )
  }
  // Somebody's script may have started it: what that has open is no matter of a daemon.
  if (text !== undefined) closeInherited()
  let fd = text === undefined ? null : Number(text)
  const say = (line: string) => {
    if (fd === null) return
    try {
      writeSync(fd, `${line}\n`)
      closeSync(fd)
    } catch (error) {
      // A starter that went away does not want to know.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
    } finally {
      fd = null
    }
  }
  return {
    ready: () => say('ready'),
    failed: (error) => {
      const message = error instanceof Error ? error.message : String(error)
      const exitCode = error instanceof Failure ? error.exitCode : ExitCode.internal
      say(`error ${JSON.stringify({ message, exitCode })}`)
    },
  }
}
