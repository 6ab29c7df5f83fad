import { Worker } from 'node:worker_threads'
import { MetainfoError, parseTorrent } from '../../../metainfo/index.ts'
import { type PackedFacts, type TorrentFacts, unpackFacts } from './torrent-facts.ts'

/** A torrent file up to this size takes a few milliseconds to read, which is less than to ask a thread. */
const smallBytes = 64 * 1024
/** A thread without work ends after this, ms. */
const idleMs = 10_000
/** Megabytes for its heap: the largest torrent file that fits a line takes less than one gigabyte. */
const heapMB = 2048

type Answer = { id: number } & ({ facts: PackedFacts } | { message: string; kind: MetainfoError['kind'] })

interface Waiting {
  resolve: (facts: TorrentFacts) => void
  reject: (error: Error) => void
}

/** The thread while there is work, and a moment longer. */
let thread: Worker | null = null
let idle: NodeJS.Timeout | undefined
let lastId = 0
const waiting = new Map<number, Waiting>()

/** Whether a torrent file of so many bytes is read in a thread. */
export function isLarge(bytes: number): boolean {
  return bytes > smallBytes
}

/**
 * Reads a torrent file, a large one in a thread of its own: half a million files take seconds, in which nobody else would
 * be answered. Rejects with MetainfoError.
 */
export async function readTorrent(bytes: Uint8Array): Promise<TorrentFacts> {
  if (!isLarge(bytes.length)) return parseTorrent(bytes)
  clearTimeout(idle)
  thread ??= start()
  const id = ++lastId
  // copied: these bytes are still to be kept
  const copy = Uint8Array.from(bytes)
  const answer = new Promise<TorrentFacts>((resolve, reject) => waiting.set(id, { resolve, reject }))
  thread.postMessage({ id, bytes: copy }, [copy.buffer])
  return answer
}

function start(): Worker {
  const name = import.meta.url.endsWith('.ts') ? './torrent-reader-thread.ts' : './torrent-reader.js'
  const worker = new Worker(new URL(name, import.meta.url), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMB },
  })
  worker.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('facts' in answer) asked?.resolve(unpackFacts(answer.facts))
    else asked?.reject(new MetainfoError(answer.message, { kind: answer.kind }))
    if (waiting.size === 0) idle = setTimeout(() => end(worker), idleMs).unref()
  })
  worker.on('error', (error) => failed(worker, error))
  // A daemon that leaves does not wait for it. A listener would take that back, so it comes last.
  worker.unref()
  return worker
}

/** Out of memory, or a defect: whoever waits is told, and the next one gets a new thread. */
function failed(worker: Worker, error: Error): void {
  if (thread === worker) thread = null
  for (const { reject } of waiting.values()) {
    reject(new Error(`the torrent file cannot be read: ${error.message}`, { cause: error }))
  }
  waiting.clear()
}

function end(worker: Worker): void {
  if (thread === worker) thread = null
  void worker.terminate()
}
