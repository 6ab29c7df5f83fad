import { resolve } from 'node:path'
import { expandHome } from '../../../program/endpoint.ts'
import { Failure } from '../../../program/failure.ts'
import { LuaError } from '../vm/errors.ts'
import type { Api } from './api.ts'

/**
 * A path as the daemon needs it, whose current folder is another one. '' is the script's current folder, `~` the home
 * folder. Throws LuaError for what cannot be one.
 */
export function absolutePath(api: Api, path: string): string {
  const expanded = inHome(api, path)
  if (expanded.startsWith('/')) return resolve(expanded)
  const folder = api.cwd()
  if (folder.isWellFormed()) return resolve(folder, expanded)
  throw new LuaError("the current folder's name is not UTF-8, which the daemon needs; write an absolute path")
}

function inHome(api: Api, path: string): string {
  try {
    return expandHome(path, api.host.env)
  } catch (error) {
    if (error instanceof Failure) throw new LuaError(error.message)
    throw error
  }
}
