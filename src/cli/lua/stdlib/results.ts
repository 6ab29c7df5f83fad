import os from 'node:os'
import type { State } from '../vm/c-api.ts'
import type { Lua } from '../vm/lua.ts'
import { systemFailure } from './errno.ts'
import { type ByteString, pathOf } from './names.ts'

/**
 * Pushes `nil, message, errno` for a failed system call (luaL_fileresult) and gives 3. With a name, the message
 * starts with it. Any other error goes on.
 */
export function pushFailure(lua: Lua, L: State, error: unknown, name?: ByteString): number {
  const failure = systemFailure(error)
  if (failure === undefined) throw error
  lua.pushNil(L)
  if (name === undefined) lua.pushText(L, failure.message)
  else lua.pushBytes(L, Buffer.concat([pathOf(name), Buffer.from(`: ${failure.message}`)]))
  lua.pushInteger(L, failure.errno)
  return 3
}

/** Pushes `nil, message` for a failed system call and gives 2. Any other error goes on. */
export function pushReason(lua: Lua, L: State, error: unknown): number {
  const failure = systemFailure(error)
  if (failure === undefined) throw error
  lua.pushNil(L)
  lua.pushText(L, failure.message)
  return 2
}

/** Runs a system call: true on success, else as `pushFailure`. */
export function pushOutcome(lua: Lua, L: State, call: () => void, name?: ByteString): number {
  try {
    call()
  } catch (error) {
    return pushFailure(lua, L, error, name)
  }
  lua.pushBoolean(L, true)
  return 1
}

/** How a process ended: with an exit code or by a signal, by its number. */
export type ExitStatus = { readonly what: 'exit' | 'signal'; readonly code: number }

/** Pushes `true|nil, "exit"|"signal", code` (luaL_execresult) and gives 3. */
export function pushExitStatus(lua: Lua, L: State, status: ExitStatus): number {
  if (status.what === 'exit' && status.code === 0) lua.pushBoolean(L, true)
  else lua.pushNil(L)
  lua.pushName(L, status.what)
  lua.pushInteger(L, status.code)
  return 3
}

/** The status in what node:child_process tells of a process that has ended. */
export function exitStatus(code: number | null, signal: NodeJS.Signals | null): ExitStatus {
  if (signal !== null) return { what: 'signal', code: os.constants.signals[signal] }
  return { what: 'exit', code: code ?? 0 }
}
