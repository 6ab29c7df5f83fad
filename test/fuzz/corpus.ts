import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../helpers/program.ts'
import type { Input } from './target.ts'

/** Inputs that once did harm, in the order in which they did it. `corpus.test.ts` plays them again. */
export interface Kept {
  target: string
  /** What happened then, in a few words. */
  harm: string
  inputs: Input[]
}

const folder = join(root, 'test/fuzz/corpus')

/** Keeps inputs as a file; returns its path below the checkout. The same inputs give the same name. */
export function keep(kept: Kept): string {
  const text = JSON.stringify(kept, null, 1)
  const hash = createHash('sha1').update(JSON.stringify(kept.inputs)).digest('hex').slice(0, 8)
  const name = `${kept.target.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${hash}.json`
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `${text}\n`)
  return `test/fuzz/corpus/${name}`
}

/** Everything that was kept, by file name. */
export function corpus(): Map<string, Kept> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
  return new Map(names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Kept]))
}
