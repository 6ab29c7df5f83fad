import { LuaError } from '../../vm/errors.ts'
import { InterruptGuard } from './interrupt-guard.ts'

/** Result codes of SQLite that scripts compare with. */
export const codes = { OK: 0, ERROR: 1, ROW: 100, DONE: 101 } as const
/** Lets a Ctrl-C through to a script with a database. */
let guard: InterruptGuard | undefined

/** Once for all databases of the script. */
export function letInterruptsThrough(): void {
  guard ??= InterruptGuard.start()
}

/** Runs something in SQLite; its refusal becomes a Lua error with SQLite's words. */
export function inSqlite<T>(what: string, run: () => T): T {
  try {
    return guard ? guard.around(run) : run()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_SQLITE_ERROR') throw new LuaError(`${what}: ${message}`)
    // What node:sqlite itself refuses: a closed database, an empty statement, a number beyond 64 bits.
    if (typeof code === 'string' && code.startsWith('ERR_')) throw new LuaError(`${what}: ${message}`)
    throw error
  }
}
