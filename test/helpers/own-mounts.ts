import { execFileSync } from 'node:child_process'
import { runAgainIn } from './namespace.ts'

const mark = 'PORLA_LUA_OWN_MOUNTS'

/**
 * Starts the running program again where what it mounts is seen by nobody else, and ends with it; returns at once there.
 * To be awaited first by a test file that mounts something.
 */
export async function ownMounts(): Promise<void> {
  if (process.env[mark] === undefined) await runAgainIn(['-m'], 'true', mark)
}

/** Mounts what the words of mount(8) say. Throws with what it says. */
export function mount(...words: string[]): void {
  execFileSync('mount', words, { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Takes a mount away at once, whoever uses it. */
export function unmount(path: string): void {
  execFileSync('umount', ['-l', path], { stdio: ['ignore', 'pipe', 'pipe'] })
}
