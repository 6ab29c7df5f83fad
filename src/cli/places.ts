import { findConfigFile } from '../rpc/config/locate.ts'
import { resolveSocket, resolveStateDir } from '../rpc/endpoint.ts'
import type { DaemonOptions } from './options.ts'

/** Where a daemon is or would be; absolute paths. */
export interface Places {
  socket: string
  stateDir: string
  /** Undefined when there is no configuration. */
  config: string | undefined
}

/**
 * Finds socket, state folder and configuration from options, environment and configuration. Rejects with Failure
 * when one of them cannot be used.
 */
export async function findPlaces(options: DaemonOptions): Promise<Places> {
  const { env } = process
  const { file, ...config } = await configured(options)
  return {
    socket: resolveSocket({ flag: options.socket, env, config }).path,
    stateDir: resolveStateDir({ flag: options.stateDir, env, config }).path,
    config: file ?? undefined,
  }
}

/** Only the socket, for a script: reads the configuration just when nothing stronger names one. */
export async function findSocket(options: DaemonOptions): Promise<string> {
  const { env } = process
  const named = options.socket !== undefined || Boolean(env.PORLA_LUA_SOCKET)
  const config = named ? {} : await configured(options)
  return resolveSocket({ flag: options.socket, env, config }).path
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
  const { loadConfig } = await import('../rpc/config/load.ts')
  return await loadConfig(where)
}
