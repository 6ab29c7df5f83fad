import { readFileSync, readlinkSync } from 'node:fs'

/** SIGHUP is signal 1: the lowest bit of a mask in /proc (proc_pid_status(5)). */
const hangupBit = 1

let ignored = false

/** Whether SIGHUP does nothing in this process, as its caller wants it. */
export function hangupIgnored(): boolean {
  return ignored
}

/** From now on SIGHUP does nothing here. Children do not inherit that from Node: see `shellChild`. */
export function ignoreHangup(): void {
  ignored = true
  process.on('SIGHUP', () => {})
}

/**
 * Whether the caller ignores SIGHUP, which a program is to leave so (nohup(1), `trap '' HUP` in a shell).
 *
 * Node takes back what it inherits of that before any JavaScript runs, so it can only be concluded: the parent ignores
 * it itself, as a shell after that `trap` does; or the traces of nohup, which becomes this process, are there. They are
 * the name that bash, zsh and ksh leave in `_`, a standard input that can only be written to, or its own file of
 * output. A nohup that a plain `sh` starts with all three streams redirected leaves none.
 */
export function callerIgnoresHangup(env: NodeJS.ProcessEnv): boolean {
  return parentIgnoresHangup() || startedByNohup(env)
}

function parentIgnoresHangup(): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(read(`/proc/${process.ppid}/status`))?.[1]
  return mask !== undefined && (Number.parseInt(mask.slice(-1), 16) & hangupBit) !== 0
}

function startedByNohup(env: NodeJS.ProcessEnv): boolean {
  if (env._ !== undefined && /(^|\/)nohup$/.test(env._)) return true
  if (link(1).endsWith('/nohup.out')) return true
  const flags = /^flags:\s*(\d+)$/m.exec(read('/proc/self/fdinfo/0'))?.[1]
  // O_WRONLY
  return link(0) === '/dev/null' && flags !== undefined && (Number.parseInt(flags, 8) & 3) === 1
}

function link(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

/** '' where there is no /proc, or when the parent has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
