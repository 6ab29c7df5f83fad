import { lstatSync, readFileSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ExitCode } from './exit-codes.ts'
import { Failure } from './failure.ts'

const othersMayWrite = 0o002
const groupMayWrite = 0o020
const sticky = 0o1000
const root = 0

/** `user bob (1000)`, as people know them; `user 1000` for one that the system does not name. */
export function userNamed(uid: number): string {
  const name = fieldOf('/etc/passwd', (fields) => fields[2] === String(uid), 0)
  return name === undefined ? `user ${uid}` : `user ${name} (${uid})`
}

/**
 * Refuses to make something in the place of another user: with `su` and `sudo -E` the environment of one user reaches
 * another, and what root then makes there locks its owner out. Neither is a home folder made that is not there. For a
 * place that nobody named on the command line. Throws Failure.
 */
export function requireOwnPlace(folder: string, env: NodeJS.ProcessEnv): void {
  const user = process.getuid?.()
  if (user === undefined) return
  let existing = folder
  let stat = statOf(existing)
  while (!stat && existing !== dirname(existing)) {
    if (existing === env.HOME) {
      throw new Failure(
        ExitCode.config,
        `the home folder ${existing} (HOME) does not exist, so nothing is kept there`,
      )
    }
    existing = dirname(existing)
    stat = statOf(existing)
  }
  if (!stat || stat.uid === user || stat.uid === root) return
  throw new Failure(
    ExitCode.config,
    `${existing} belongs to ${userNamed(stat.uid)}, and this is ${userNamed(user)}: nothing is made there. Log in as that ` +
      'user (`su -`, `sudo -i`), unset the variables that lead there, or name places by --socket and --state-dir',
  )
}

/**
 * Refuses a socket that another user may have put there or may replace, before a byte is sent to it. `named`: the
 * command line names it; root may then use a user's daemon, and the sentence that warns of it is returned. Throws
 * Failure that names the owner. What is not there is not refused.
 */
export function checkSocketOwner(path: string, named: boolean): string | undefined {
  const user = process.getuid?.()
  const socket = statOf(path, lstatSync)
  if (user === undefined || !socket) return undefined
  const mayServe = named && user === root
  const folder = statOf(dirname(path))
  const problem =
    ownerProblem(`the socket ${path}`, socket, [user]) ??
    (folder && ownerProblem(`the socket's folder ${dirname(path)}`, folder, [user, root]))
  if (mayServe && problem?.owner !== undefined) return `${problem.text}; it is used since --socket names it`
  if (!problem) return undefined
  const advice = user === root ? 'root may use it when --socket names it' : 'choose another with --socket'
  throw new Failure(ExitCode.config, `${problem.text}; ${advice}`)
}

/**
 * Refuses a configuration that another user wrote or may change. `named`: the command line names it, which lets root
 * use any user's. Throws Failure that names the owner.
 */
export function checkConfigOwner(path: string, file: Stats, named: boolean): void {
  const user = process.getuid?.()
  if (user === undefined) return
  const problem = ownerProblem(`the configuration ${path}`, file, [user, root])
  if (!problem || (problem.owner !== undefined && named && user === root)) return
  const advice =
    problem.owner === undefined
      ? `make it yours alone: chmod go-w '${path}'`
      : 'name one of your own with --config'
  throw new Failure(ExitCode.config, `${problem.text}; ${advice}`)
}

/** What is wrong with the owner (`owner` is set then) or the mode of something. */
function ownerProblem(
  what: string,
  { uid, gid, mode }: Stats,
  owners: number[],
): { text: string; owner?: number } | undefined {
  if (!owners.includes(uid)) {
    return {
      text: `${what} belongs to ${userNamed(uid)}, and this is ${userNamed(owners[0] as number)}`,
      owner: uid,
    }
  }
  // In a folder such as /tmp nobody can take away what is another's.
  if ((mode & sticky) !== 0) return undefined
  const open = (mode & othersMayWrite) !== 0 || ((mode & groupMayWrite) !== 0 && !isAlone(gid))
  if (!open) return undefined
  return {
    text: `${what} of ${userNamed(uid)} can be written by others (mode ${(mode & 0o7777).toString(8).padStart(4, '0')})`,
  }
}

/** Whether a group is this user's own, as many systems make one for each user. */
function isAlone(gid: number): boolean {
  if (gid !== process.getgid?.() || gid === root) return gid === root
  const members = fieldOf('/etc/group', (fields) => fields[2] === String(gid), 3)
  const user = fieldOf('/etc/passwd', (fields) => fields[2] === String(process.getuid?.()), 0)
  return members !== undefined && (members === '' || members === user)
}

/** A field of the first line of a file such as /etc/passwd that fits; undefined when there is none. */
function fieldOf(file: string, fits: (fields: string[]) => boolean, index: number): string | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .find(fits)?.[index]
}

function statOf(path: string, stat = statSync): Stats | undefined {
  try {
    return stat(path, { throwIfNoEntry: false })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // What may not be looked at is another's, which the folder above tells.
    if (code === 'EACCES' || code === 'ENOTDIR') return undefined
    throw error
  }
}
