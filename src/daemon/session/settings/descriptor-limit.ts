import { readFileSync } from 'node:fs'

/** Where the kernel does not say: the usual soft limit of a login session. */
const usual = 1024

let known: number | undefined

/**
 * How many descriptors this process may have open: what libtorrent takes for a `connections_limit` of 0 or less.
 * Linux only (proc(5), `/proc/self/limits`); elsewhere the usual 1024.
 */
export function descriptorLimit(): number {
  known ??= readLimit()
  return known
}

function readLimit(): number {
  let limits: string
  try {
    limits = readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return usual
  }
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1]
  if (soft === undefined) return usual
  return soft === 'unlimited' ? 0x7fffffff : Math.min(Number(soft), 0x7fffffff)
}
