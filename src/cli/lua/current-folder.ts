import { readlinkSync } from 'node:fs'
import { decodeExact } from './vm/byte-text.ts'
import { LuaError } from './vm/errors.ts'

/**
 * The current folder, as text that keeps every byte (`encodeExact`). Throws LuaError when it was removed, which leaves
 * absolute paths as they are.
 */
export function currentFolder(): string {
  let folder: string
  try {
    folder = process.cwd()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new LuaError('the current folder was removed; go to another one or write absolute paths')
  }
  // Node reads it as UTF-8, and shows other bytes as U+FFFD.
  return folder.includes('\ufffd')
    ? decodeExact(readlinkSync('/proc/self/cwd', { encoding: 'buffer' }))
    : folder
}
