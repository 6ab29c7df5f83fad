import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** O_CLOEXEC of Linux. */
const closeOnExec = 0o2000000

/**
 * Closes what the daemon got from whoever started it: a lock that a cron job holds by descriptor 200 (flock(1)), or
 * the write end of somebody's pipe, would stay open for as long as the daemon lives. All that Node opens is closed in
 * its children by itself (O_CLOEXEC), and it marks the first descriptors of its caller so; what is left without that
 * mark was inherited. Does nothing where there is no /proc.
 */
export function closeInherited(): void {
  let names: string[]
  try {
    names = readdirSync('/proc/self/fd')
  } catch {
    return
  }
  for (const fd of names.map(Number)) if (fd > 2 && isInherited(fd)) closeSync(fd)
}

function isInherited(fd: number): boolean {
  try {
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1]
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0
  } catch {
    // The descriptor with which /proc was read.
    return false
  }
}
