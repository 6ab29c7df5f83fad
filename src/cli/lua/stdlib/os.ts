import fs from 'node:fs'
import { shellChild } from '../../children.ts'
import { stdioOfChild } from '../../descriptors.ts'
import { exactVariable } from '../../exact-words.ts'
import { LuaType, type State } from '../vm/c-api.ts'
import { Unwind } from '../vm/errors.ts'
import type { HostFunction, Lua } from '../vm/lua.ts'
import { failureCode } from './errno.ts'
import type { FileTable } from './files.ts'
import {
  checkByteString,
  checkCommand,
  checkFileName,
  checkOption,
  optByteString,
  pathOf,
  pushByteString,
  readable,
} from './names.ts'
import type { Opener } from './open.ts'
import { exitStatus, pushExitStatus, pushFailure, pushOutcome } from './results.ts'

export interface OsParts {
  readonly lua: Lua
  readonly files: FileTable
  readonly opener: Opener
  /** What `os.getenv` and commands see. */
  readonly env: NodeJS.ProcessEnv
  /** Writes everything that is buffered. */
  readonly flush: () => void
  /** The script's own last work before `exit`, which gets the exit code and returns the one to end with. */
  readonly beforeExit: (code: number) => number
}

/** The functions of `os` that concern the machine, except those of date and time. */
export function osFunctions({
  lua,
  files,
  opener,
  env,
  flush,
  beforeExit,
}: OsParts): Record<string, HostFunction> {
  const { raw } = lua
  return {
    clock: (L) => {
      const { user, system } = process.cpuUsage()
      lua.pushNumber(L, (user + system) / 1e6)
      return 1
    },

    execute: (L) => {
      if (lua.isNoneOrNil(L, 1)) {
        lua.pushBoolean(L, fs.existsSync('/bin/sh'))
        return 1
      }
      const command = checkCommand(lua, L, 1)
      // C does not, and then the order of outputs depends on whether stdout is a terminal.
      files.flushAll()
      const { spawnSync } = process.getBuiltinModule('node:child_process')
      const child = shellChild(command, env)
      const stdio = stdioOfChild(['inherit', 'inherit', 'inherit'])
      const { error, status, signal } = spawnSync(child.file, child.args, { stdio, env: child.env })
      if (error) return pushFailure(lua, L, error)
      return pushExitStatus(lua, L, exitStatus(status, signal))
    },

    exit: (L) => {
      const code = beforeExit(exitCode(lua, L))
      if (raw._lua_toboolean(L, 2)) raw._lua_close(L)
      flush()
      throw new Unwind(code)
    },

    getenv: (L) => {
      const value = exactVariable(env, readable(checkByteString(lua, L, 1)))
      if (value === undefined) lua.pushNil(L)
      else lua.pushExact(L, value)
      return 1
    },

    remove: (L) => {
      const name = checkFileName(lua, L, 1)
      return pushOutcome(lua, L, () => remove(pathOf(name)), name)
    },

    rename: (L) => {
      const from = checkFileName(lua, L, 1)
      const to = checkFileName(lua, L, 2)
      return pushOutcome(lua, L, () => fs.renameSync(pathOf(from), pathOf(to)))
    },

    // The VM is built without locales: there is the C locale and nothing else.
    setlocale: (L) => {
      const name = optByteString(lua, L, 1)
      checkOption(lua, L, 2, ['all', 'collate', 'ctype', 'monetary', 'numeric', 'time'], 'all')
      if (name === undefined || name === '' || name === 'C' || name === 'POSIX') lua.pushName(L, 'C')
      else lua.pushNil(L)
      return 1
    },

    tmpname: (L) => {
      // Lua's own place; the file exists from then on, so that nobody else takes the name.
      const { fd, name } = opener.createTemporary(L, '/tmp')
      fs.closeSync(fd)
      pushByteString(lua, L, name)
      return 1
    },
  }
}

/** As C's remove: a file or an empty folder. */
function remove(path: Buffer): void {
  try {
    fs.unlinkSync(path)
  } catch (error) {
    const code = failureCode(error)
    // Linux says EISDIR for a folder, POSIX EPERM.
    if (code !== 'EISDIR' && code !== 'EPERM') throw error
    try {
      fs.rmdirSync(path)
    } catch (second) {
      throw failureCode(second) === 'ENOTDIR' ? error : second
    }
  }
}

/** `true` is 0, `false` 1; of a number the system keeps the lowest byte. */
function exitCode(lua: Lua, L: State): number {
  if (lua.type(L, 1) === LuaType.boolean) return lua.raw._lua_toboolean(L, 1) ? 0 : 1
  if (lua.isNoneOrNil(L, 1)) return 0
  lua.checkInteger(L, 1)
  return Number(lua.raw._lua_tointegerx(L, 1, 0) & 0xffn)
}
