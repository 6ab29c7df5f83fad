import { closeSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Api } from '../../api/describe.ts'
import { exactPath } from '../../vm/byte-text.ts'

const variables = ['PORLA_LUA_CONFIG', 'PORLA_LUA_SOCKET', 'PORLA_LUA_STATE_DIR']
const options = ['config', 'socket', 'stateDir'] as const

/**
 * Changes the current folder of the process, which relative paths of the whole program start from. Where
 * configuration, socket and state are was meant from the folder the program was started in, and stays so. Throws the
 * errors of node:process.
 */
export function changeFolder(api: Api, path: string): void {
  const { env, daemon } = api.host
  const absolute = (place: string) => (/^[~/]/.test(place) ? place : resolve(api.cwd(), place))
  const places = variables.map((name) => env[name] && absolute(env[name]))
  const named = options.map((name) => daemon[name] && absolute(daemon[name]))
  enter(path)
  for (const [i, name] of variables.entries()) if (places[i]) env[name] = places[i]
  for (const [i, name] of options.entries()) if (named[i]) daemon[name] = named[i]
}

/** Node takes UTF-8 alone: another name is entered by its descriptor. */
function enter(path: string): void {
  if (path.isWellFormed()) {
    process.chdir(path)
    return
  }
  const fd = openSync(exactPath(path), 'r')
  try {
    process.chdir(`/proc/self/fd/${fd}`)
  } finally {
    closeSync(fd)
  }
}
