import { totalmem } from 'node:os'

/** How much memory a host may use, since it speaks to strangers. Why there are no bounds on files: docs/reliability.md. */
export interface HostBounds {
  /** Options for Node. */
  flags: string[]
  /** Kilobytes of data (RLIMIT_DATA): heap, buffers, stacks and what native code allocates. null: not bounded here. */
  dataKB: number | null
}

const MiB = 2 ** 20
const least = 1024 * MiB
const most = 4096 * MiB
/** A host that does nothing has 700 MB of data, nearly all of it stacks and tables that it never touches. */
const idle = 1024 * MiB
/** Part of the memory that JavaScript's own heap may have; the rest is for buffers. */
const heapShare = 0.75

/**
 * Half of this machine's memory, or of the control group's, but 1 to 4 GiB. Whoever gives Node a size of the heap with
 * NODE_OPTIONS has decided it: nothing is bounded here then.
 */
export function hostBounds(nodeOptions: string, memory = memoryHere()): HostBounds {
  if (/--max[-_]old[-_]space[-_]size/.test(nodeOptions)) return { flags: [], dataKB: null }
  const bytes = Math.min(most, Math.max(least, memory / 2))
  const heapMB = Math.floor((bytes * heapShare) / MiB)
  return {
    flags: [`--max-old-space-size=${heapMB}`],
    dataKB: Math.floor((bytes + idle) / 1024),
  }
}

function memoryHere(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}
