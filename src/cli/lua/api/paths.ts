import { resolve } from 'node:path'
import { expandHome } from '../../../program/endpoint.ts'
import { Failure } from '../../../program/failure.ts'
import { type ByteString, checkFileName, readable } from '../stdlib/names.ts'
import { encodeExact } from '../vm/byte-text.ts'
import type { State } from '../vm/c-api.ts'
import { LuaError } from '../vm/errors.ts'
import type { Api } from './describe.ts'

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

/** A file name argument, with the home folder for a `~` at its start. Throws LuaError for `~name`. */
export function checkPlace(api: Api, L: State, arg: number): ByteString {
  const name = checkFileName(api.lua, L, arg)
  return name.startsWith('~') ? encodeExact(inHome(api, readable(name))).toString('latin1') : name
}

/** A path with the home folder for a `~` at its start. Throws LuaError for `~name`. */
export function inHome(api: Api, path: string): string {
  try {
    return expandHome(path, api.host.env)
  } catch (error) {
    if (error instanceof Failure) throw new LuaError(error.message)
    throw error
  }
}
