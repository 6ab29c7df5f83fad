import { findConfigFile } from '../../program/config/locate.ts'
import { type Endpoint, resolveSocket, resolveStateDir } from '../../program/endpoint.ts'
import { checkSocketOwner, requireOwnPlace } from '../../program/owner.ts'
import { daemonOfSocket, daemonOfState } from '../../program/running.ts'
import type { DaemonOptions } from '../options.ts'
import { writeError } from '../output.ts'
import { showConfigWarning } from './config-warning.ts'

/** Where a daemon is or would be; absolute paths. */
export interface Places {
  socket: string
  stateDir: string
  /** Undefined when there is no configuration. */
  config: string | undefined
  /** Refuses to make either in the place of another user, unless the command line names it. Throws Failure. */
  requireOwn(): void
}

/**
 * Finds socket, state folder and configuration from options, environment and configuration. Where only the default
 * names the socket and nobody is there, the daemon of the state folder is taken, wherever it listens. Rejects with
 * Failure when one of them cannot be used, or is another user's.
 */
export async function findPlaces(options: DaemonOptions): Promise<Places> {
  const { env } = process
  const { file, ...config } = await configured(options)
  const stateDir = resolveStateDir({ flag: options.stateDir, env, config })
  const socket = resolveSocket({ flag: options.socket, env, config })
  return {
    socket: usable(socket, () => stateDir.path),
    stateDir: stateDir.path,
    config: file ?? undefined,
    requireOwn: () => {
      for (const { path, source } of [socket, stateDir]) if (source !== 'flag') requireOwnPlace(path, env)
    },
  }
}

/** Only the socket, for a script: reads the configuration just when nothing stronger names one. */
export async function findSocket(options: DaemonOptions): Promise<string> {
  const { env } = process
  const named = options.socket !== undefined || Boolean(env.PORLA_LUA_SOCKET)
  const config = named ? {} : await configured(options)
  return usable(
    resolveSocket({ flag: options.socket, env, config }),
    () => resolveStateDir({ flag: options.stateDir, env, config }).path,
  )
}

let warned = false

/** The socket to be used. Throws Failure for one that another user may have put there. */
function usable(endpoint: Endpoint, stateDir: () => string): string {
  const path = endpoint.source === 'default' ? whereItListens(endpoint.path, stateDir) : endpoint.path
  const warning = checkSocketOwner(path, endpoint.source === 'flag')
  if (warning !== undefined && !warned) {
    warned = true
    writeError(`porla-lua: warning: ${warning}\n`)
  }
  return path
}

function whereItListens(path: string, stateDir: () => string): string {
  if (daemonOfSocket(path, { certain: false })) return path
  const folder = stateDir()
  const other = daemonOfState(folder, { certain: false })
  if (other === null || other.socket === path) return path
  return daemonOfState(folder, { certain: true })?.socket ?? path
}

interface Configured {
  file: string | null
  socket?: string
  stateDir?: string
}

/** What the configuration says of places. Its parsers are loaded only if there is a file. */
async function configured({ config: flag }: DaemonOptions): Promise<Configured> {
  const where = { flag, env: process.env }
  if (findConfigFile(where) === null) return { file: null }
  const { loadConfig } = await import('../../program/config/load.ts')
  const config = await loadConfig(where)
  showConfigWarning(config, writeError)
  return config
}
