import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { absolute, homeFolder } from '../../program/endpoint.ts'
import { Failure } from '../../program/failure.ts'
import { requireOwnPlace } from '../../program/owner.ts'

/** How many lines are kept. */
export const historySize = 1000

/**
 * The lines of earlier runs, in `$XDG_STATE_HOME/porla-lua/history`, else `~/.local/state/porla-lua/history`: for the
 * owner alone. Each line is added when it was typed, so that runs at the same time and killed ones lose none.
 * Without a usable folder there is no history, and no error.
 */
export class History {
  #file: string | undefined
  /** The newest first, as node:readline has it. */
  readonly lines: string[] = []

  constructor(env: NodeJS.ProcessEnv) {
    this.#file = historyFile(env)
    if (this.#file === undefined) return
    try {
      requireOwnPlace(this.#file, env)
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
      const all = readFileSync(this.#file, 'utf8').split('\n').filter(Boolean)
      this.lines = all.slice(-historySize).reverse()
      // Twice the size before it is cut, so that not each run rewrites it.
      if (all.length > historySize * 2) {
        writeFileSync(this.#file, `${all.slice(-historySize).join('\n')}\n`, { mode: 0o600 })
      }
    } catch (error) {
      // In another user's folder nothing is left behind.
      if (error instanceof Failure) this.#file = undefined
      // Not there yet, or not to be had.
    }
  }

  /** Adds a line, unless it is empty, or the same as the one before. */
  add(line: string): void {
    if (this.#file === undefined || line.trim() === '' || line === this.lines[0]) return
    this.lines.unshift(line)
    try {
      appendFileSync(this.#file, `${line}\n`, { mode: 0o600 })
    } catch {
      // A full or read-only disk is no reason to disturb whoever types.
    }
  }
}

function historyFile(env: NodeJS.ProcessEnv): string | undefined {
  try {
    const base = absolute(env.XDG_STATE_HOME) ?? join(homeFolder(env, 'XDG_STATE_HOME'), '.local', 'state')
    return join(base, 'porla-lua', 'history')
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
