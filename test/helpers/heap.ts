import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitUntil } from './wait-until.ts'

/** What a process uses after all of its garbage was collected, MiB. */
export interface Memory {
  resident: number
  /** Objects of JavaScript. */
  heap: number
  /** Buffers and what else lies outside of the heap and belongs to its objects. */
  external: number
}

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } }
  nodes: number[]
  strings: string[]
}

/** Objects whose number says how much code has run, not what is kept. */
const ofCode = new Set(['code', 'object shape', 'hidden', 'synthetic', 'number', 'symbol'])

/** Looks into the heaps of processes of Node that were started with `nodeOptions`. */
export class HeapProbe {
  /** Goes into NODE_OPTIONS. */
  readonly nodeOptions: string
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
    const hook = new URL('./heap-hook.mjs', import.meta.url)
    this.nodeOptions = `--import ${hook.href}?${encodeURIComponent(folder)}`
  }

  static async open(): Promise<HeapProbe> {
    return new HeapProbe(await mkdtemp(join(tmpdir(), 'porla-lua-heap-')))
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true })
  }

  async memory(pid: number): Promise<Memory> {
    const memory = JSON.parse(await this.#ask(pid, 'memory')) as NodeJS.MemoryUsage
    const MiB = (bytes: number) => bytes / 2 ** 20
    return { resident: MiB(memory.rss), heap: MiB(memory.heapUsed), external: MiB(memory.external) }
  }

  /** How many objects there are of each kind, by type and name of the class, like `object:Socket`. */
  async objects(pid: number): Promise<Map<string, number>> {
    await writeFile(join(this.#folder, `${pid}.ask-objects`), '')
    const { snapshot, nodes, strings } = JSON.parse(await this.#ask(pid, 'objects')) as Snapshot
    const { node_fields: fields, node_types: types } = snapshot.meta
    const [type, name] = [fields.indexOf('type'), fields.indexOf('name')]
    const counts = new Map<string, number>()
    for (let at = 0; at < nodes.length; at += fields.length) {
      const kind = types[0][nodes[at + type]!]!
      if (ofCode.has(kind)) continue
      const named = ['object', 'closure', 'native'].includes(kind)
      const key = named ? `${kind}:${strings[nodes[at + name]!]!.slice(0, 80)}` : kind
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return counts
  }

  async #ask(pid: number, what: 'memory' | 'objects'): Promise<string> {
    const file = join(this.#folder, `${pid}.${what}`)
    process.kill(pid, 'SIGUSR2')
    await waitUntil(`process ${pid} tells of its heap`, () => existsSync(file), { timeoutMs: 30_000 })
    const text = await readFile(file, 'utf8')
    await rm(file)
    return text
  }
}
