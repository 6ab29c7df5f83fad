import os from 'node:os'
import { failureCode } from './errno.ts'

/**
 * Calls `use` with the folder for temporary files (TMPDIR, else /tmp); where that cannot be used, as when TMPDIR names
 * one that was removed, with those that C and others take. Throws what the first one gave when none will do.
 */
export function inTemporaryFolder<T>(use: (folder: string) => T): T {
  let first: unknown
  for (const folder of new Set([os.tmpdir(), '/tmp', '/var/tmp', '/dev/shm'])) {
    try {
      return use(folder)
    } catch (error) {
      if (failureCode(error) === undefined || failureCode(error) === 'EMFILE') throw error
      first ??= error
    }
  }
  throw first
}
