import { defaultPriority } from '../../engine/units.ts'
import type { TorrentRow } from '../../state/rows.ts'
import { hasFlag, wantsEveryFile } from './flags.ts'

/** Priority of a file: 0..7, `defaultPriority` where none was given. */
export function priorityOf(priorities: Uint8Array | null, file: number): number {
  return priorities?.[file] ?? defaultPriority
}

/** The priorities that count: those that are listed, unless every file is wanted all the same. null: 4 for each. */
export function wantedFiles({ flags, filePriorities }: TorrentRow): Uint8Array | null {
  return (flags & wantsEveryFile) === 0 ? filePriorities : null
}

/**
 * The priorities of all files, once it is known how many there are: what was given beyond them is dropped, the rest
 * is 4, or 0 with the flag `default_dont_download`. null: nothing was given.
 */
export function fullPriorities(given: Uint8Array | null, flags: number, files: number): Uint8Array | null {
  const rest = hasFlag(flags, 'default_dont_download') ? 0 : 4
  if (given === null && rest === 4) return null
  const full = new Uint8Array(files).fill(rest)
  full.set((given ?? new Uint8Array()).subarray(0, files))
  return full
}
