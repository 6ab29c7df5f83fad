import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { resolveStateDir } from '../program/endpoint.ts'
import { ExitCode } from '../program/exit-codes.ts'
import { Failure } from '../program/failure.ts'
import { FileLock, readHolder } from '../program/file-lock.ts'
import { requireOwnPlace } from '../program/owner.ts'
import { preparePrivateFolder } from '../program/private-folder.ts'
import { decodeExact, encodeExact, exactPath } from './lua/vm/byte-text.ts'
import type { RunnerOptions } from './options.ts'

/** How often a lock that is waited for is tried. */
const tryEveryMs = 50
/** How long the holder of a lock may need to write down who it is. */
const writingMs = 200
/** Longest name of a file on common file systems is 255 bytes; the rest is for endings. */
const longestName = 200

/**
 * Takes the lock of --lock for as long as this process lives. Rejects with Failure 75 when another run holds it, at
 * once or after --lock-wait; with Failure 1 when there is no name for it.
 *
 * Locks lie in the state folder, not in the runtime folder: that one is another for cron than for a terminal, and
 * both have to meet here.
 */
export async function takeLock(
  options: Pick<RunnerOptions, 'lock' | 'lockWait' | 'script' | 'stdin' | 'daemon'>,
): Promise<void> {
  const name = options.lock || scriptName(options)
  const state = resolveStateDir({ flag: options.daemon.stateDir, env: process.env })
  if (state.source !== 'flag') requireOwnPlace(state.path, process.env)
  const folder = join(state.path, 'locks')
  preparePrivateFolder(folder)
  const path = join(folder, `${fileName(name)}.lock`)
  const patienceMs = options.lockWait?.ms ?? 0
  const start = performance.now()
  for (;;) {
    const lock = FileLock.tryAcquire(path)
    if (lock) return lock.describe({ pid: process.pid })
    const waited = performance.now() - start
    const pid = holderOf(path)
    if (waited >= Math.max(patienceMs, pid === undefined ? writingMs : 0)) throw occupied(name, pid, options)
    await delay(Math.min(tryEveryMs, Math.max(1, patienceMs - waited)))
  }
}

/** The script's real path: the same script under another name is the same. */
function scriptName({ script, stdin }: Pick<RunnerOptions, 'script' | 'stdin'>): string {
  if (script === undefined || stdin) {
    throw new Failure(
      ExitCode.error,
      "'--lock' takes its name from the script's file; without one write --lock=NAME",
    )
  }
  try {
    return decodeExact(realpathSync(exactPath(script), { encoding: 'buffer' }))
  } catch (error) {
    throw new Failure(ExitCode.error, `cannot lock ${script}: ${(error as Error).message}`, { cause: error })
  }
}

/** A file's name that shows what it is for, and is another one for each name. */
function fileName(name: string): string {
  const encoded = encodeURIComponent(name.isWellFormed() ? name : encodeExact(name).toString('latin1'))
  if (encoded.length <= longestName) return encoded
  const hash = createHash('sha256').update(encodeExact(name)).digest('hex')
  return `${hash}-${encoded.slice(hash.length + 1 - longestName)}`
}

function holderOf(path: string): number | undefined {
  try {
    return readHolder(path)?.pid
  } catch {
    // Who it is only makes the message better.
    return undefined
  }
}

function occupied(
  name: string,
  pid: number | undefined,
  { lockWait }: Pick<RunnerOptions, 'lockWait'>,
): Failure {
  const who = pid === undefined ? 'another run' : `another run (pid ${pid})`
  const hint = lockWait ? `gave up after ${lockWait.text} (--lock-wait)` : 'wait for it with --lock-wait 10s'
  return new Failure(ExitCode.busy, `${who} holds the lock '${name}'; ${hint}`)
}
