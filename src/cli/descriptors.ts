import type { StdioOptions } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** O_CLOEXEC of Linux. */
const closeOnExec = 0o2000000

/** What each descriptor led to at the start. */
let atStart = new Map<number, string>()

/**
 * Remembers which descriptors are open, before the script opens any: those of the caller are among them. Node marks
 * its caller's descriptors as closed in children (the first sixteen, and what follows without a gap), which
 * `stdioOfChild` makes up for. Does nothing where there is no /proc.
 */
export function noteDescriptors(): void {
  atStart = new Map()
  let names: string[] = []
  try {
    names = readdirSync('/proc/self/fd')
  } catch {
    return
  }
  for (const name of names) {
    const fd = Number(name)
    const target = fd > 2 ? targetOf(fd) : undefined
    if (target !== undefined && !target.startsWith('anon_inode:')) atStart.set(fd, target)
  }
}

/** `stdio` of a child that gets these three and, as from any other program, every further descriptor of the caller. */
export function stdioOfChild(standard: [StdioEntry, StdioEntry, StdioEntry]): StdioOptions {
  const stdio: StdioEntry[] = [...standard]
  for (const fd of callers()) {
    while (stdio.length < fd) stdio.push('ignore')
    stdio[fd] = fd
  }
  return stdio
}

export type StdioEntry = 'ignore' | 'inherit' | 'pipe' | number

/**
 * Descriptors of the caller above 2 that a child would not get by itself, rising. A number may lead elsewhere by now,
 * and of a pipe that has both its ends here Node is the only user.
 */
function callers(): number[] {
  const targets = [...atStart.values()]
  const isOwnPipe = (target: string) =>
    target.startsWith('pipe:') && targets.filter((other) => other === target).length > 1
  return [...atStart]
    .filter(([fd, target]) => !isOwnPipe(target) && targetOf(fd) === target && isClosedOnExec(fd))
    .map(([fd]) => fd)
    .sort((a, b) => a - b)
}

function targetOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    // The descriptor with which /proc was read.
    return undefined
  }
}

function isClosedOnExec(fd: number): boolean {
  const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1]
  return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) !== 0
}
