import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FileLock, readHolder } from './file-lock.ts'

/** A daemon by what it wrote down beside its locks. */
export interface RunningDaemon {
  pid: number
  socket: string
  stateDir: string
}

/**
 * The daemon of a state folder, wherever it listens: from cron, or with another TMPDIR, the default place of the socket
 * is another one. Null when none runs. `certain` makes sure that the process is the daemon, and not one that got its
 * number later, which costs some milliseconds.
 */
export function daemonOfState(stateDir: string, { certain }: { certain: boolean }): RunningDaemon | null {
  return holderOf(join(stateDir, 'daemon.lock'), certain)
}

/** The daemon of a socket, likewise. */
export function daemonOfSocket(socket: string, { certain }: { certain: boolean }): RunningDaemon | null {
  return holderOf(`${socket}.lock`, certain)
}

function holderOf(lock: string, certain: boolean): RunningDaemon | null {
  let holder: RunningDaemon | null
  try {
    holder = readHolder<RunningDaemon>(lock)
  } catch {
    // Another user's, or no JSON: then it is of no use here, and the daemon's own start says more.
    return null
  }
  if (holder === null || !certain) return holder
  const free = FileLock.tryAcquire(lock)
  free?.release()
  return free === null ? holder : null
}

/**
 * Why a process does not answer, as far as the system tells, and what to do, as a sentence: `the daemon (pid 12) does
 * not answer: ...`.
 */
export function silenceOf(pid: number, state = stateOf(pid)): string {
  const front = `the daemon (pid ${pid}) does not answer`
  switch (state) {
    case 'T':
      return `${front}: it was stopped (SIGSTOP); let it go on with: kill -CONT ${pid}`
    case 't':
      return `${front}: a debugger has stopped it`
    case 'D':
      return `${front}: it waits for a disk that does not answer either`
    default:
      return `${front}: it is busy or hangs; wait, or start it anew with: porla-lua daemon restart`
  }
}

/** Whether a process was stopped by a signal: it will not answer before it is continued. */
export function isStopped(pid: number): boolean {
  return stateOf(pid) === 'T'
}

/** Whether a process runs. One that has ended but was not waited for by its parent (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return stateOf(pid) !== 'Z'
}

/** The letter of proc_pid_stat(5); undefined without /proc, or when it has just gone. */
function stateOf(pid: number): string | undefined {
  try {
    // It follows the name, which is in parentheses and may contain some itself.
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.[0]
  } catch {
    return undefined
  }
}
