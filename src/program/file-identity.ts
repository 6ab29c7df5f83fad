import { lstatSync } from 'node:fs'

/** Which file a name stood for: a name that is the same may be another file by now. */
export interface FileIdentity {
  dev: bigint
  ino: bigint
}

/** What is at a path now, links not followed; null when nothing is, or when that cannot be told. */
export function identityOf(path: string): FileIdentity | null {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? null : { dev: stat.dev, ino: stat.ino }
  } catch {
    // A folder on the way that is no folder any more, or that may not be entered: the file is out of reach.
    return null
  }
}

/** Whether the file of before is still at this path. */
export function isStill(path: string, before: FileIdentity): boolean {
  const now = identityOf(path)
  return now !== null && now.dev === before.dev && now.ino === before.ino
}
