import { chmodSync, mkdirSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ExitCode } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { userNamed } from './owner.ts'

/**
 * Creates a folder with mode 0700, or checks the one that is there: another user who can write to it could put a
 * socket or a database of his own in the place of ours. Throws Failure, which says what is wrong and what to do.
 */
export function preparePrivateFolder(folder: string): void {
  let stat: Stats
  try {
    createFolder(folder)
    stat = statSync(folder)
  } catch (error) {
    const text = `cannot create the folder ${folder}: ${(error as Error).message}`
    throw new Failure(ExitCode.config, text, { cause: error })
  }
  checkPrivateFolder(folder, stat)
}

/**
 * Creates a folder and those above it that are missing. Node's own `recursive` never returns where the kernel says
 * ENOENT although the folder above is there, as in /proc (seen with Node 24).
 */
function createFolder(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    const above = dirname(folder)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error
    createFolder(above)
    makeFolder(folder)
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, 0o700)
    // A umask can only take rights away; the owner's are needed in full.
    chmodSync(folder, 0o700)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Checks what stat(2) says of a folder. Throws Failure. */
export function checkPrivateFolder(folder: string, stat: Stats): void {
  const problem = stat.isDirectory() ? folderProblem(stat, process.getuid?.() ?? stat.uid) : 'is no folder'
  if (problem === null) return
  throw new Failure(
    ExitCode.config,
    `the folder ${folder} is not safe: it ${problem}; make it yours alone (chmod 700 '${folder}') or choose another`,
  )
}

/** What makes a folder unsafe for a user, as the end of a sentence; null when nothing does. */
export function folderProblem({ uid, mode }: Pick<Stats, 'uid' | 'mode'>, user: number): string | null {
  if (uid !== user) return `belongs to ${userNamed(uid)}, and this is ${userNamed(user)}`
  if ((mode & 0o022) === 0) return null
  return `can be written by others (mode ${(mode & 0o7777).toString(8).padStart(4, '0')})`
}
