import { resolve } from 'node:path'
import type { Api } from '../../api/api.ts'

const variables = ['PORLA_LUA_CONFIG', 'PORLA_LUA_SOCKET', 'PORLA_LUA_STATE_DIR']
const options = ['config', 'socket', 'stateDir'] as const

/**
 * Changes the current folder of the process, which relative paths of the whole program start from. Where
 * configuration, socket and state are was meant from the folder the program was started in, and stays so. Throws the
 * errors of node:process.
 */
export function changeFolder(api: Api, path: string): void {
  const { env, daemon } = api.host
  const before = api.cwd()
  process.chdir(path)
  for (const name of variables) if (env[name]) env[name] = resolve(before, env[name])
  for (const name of options) if (daemon[name]) daemon[name] = resolve(before, daemon[name])
}
