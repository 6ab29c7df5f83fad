// Imports point one way: cli -> rpc <- daemon; inside the daemon methods -> session -> {state, engine}. And each
// foreign library has one place. docs/architecture.md tells why.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { root } from './helpers/program.ts'

/** Folder of src to the folders of src it may import from; the first entry that is a prefix of a file counts. */
const allowed: [from: string, to: string[]][] = [
  ['metainfo', ['metainfo', 'rpc/contract/types.ts']],
  ['pql', ['pql', 'rpc/contract/types.ts', 'rpc/nearest.ts']],
  ['rpc', ['rpc']],
  ['cli/lua/vm', ['cli/lua/vm']],
  ['cli/lua', ['cli/lua', 'cli', 'rpc', 'metainfo', 'pql']],
  ['cli', ['cli', 'rpc', 'metainfo', 'pql']],
  ['daemon/state', ['daemon/state', 'daemon/log.ts', 'rpc']],
  ['daemon/engine', ['daemon/engine', 'daemon/log.ts', 'rpc', 'metainfo']],
  ['daemon/session', ['daemon/session', 'daemon/state', 'daemon/engine', 'daemon/log.ts', 'rpc', 'metainfo']],
  ['daemon', ['daemon', 'rpc', 'metainfo', 'pql']],
]

/** A library to the folders that may name it. */
const places: Record<string, string[]> = {
  webtorrent: ['daemon/engine'],
  wasmoon: ['cli/lua'],
  'node:sqlite': ['daemon', 'rpc', 'cli/lua/packages'],
  typebox: ['rpc', 'daemon'],
  commander: ['cli/commands'],
  croner: ['cli/lua/packages'],
}

const src = join(root, 'src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

/** What a file imports: static, dynamic and type imports alike. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  const pattern = /(?:from\s*|import\s*\(?\s*|require\()\s*['"]([^'"]+)['"]/g
  return [...text.matchAll(pattern)].map((match) => match[1] as string)
}

test('every import follows the architecture', () => {
  assert.ok(files.length > 40, 'the files were found')
  const wrong: string[] = []
  for (const file of files) {
    const rule = allowed.find(([from]) => file.startsWith(`${from}/`))
    assert.ok(rule, `src/${file} lies in a folder without a rule; give it one in this test`)
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.')) {
        const target = relative(src, resolve(src, dirname(file), specifier))
        if (target.startsWith('..')) continue // package.json
        if (!rule[1].some((to) => target === to || target.startsWith(`${to}/`)))
          wrong.push(`${file} -> ${target}`)
        continue
      }
      const library = Object.keys(places).find(
        (name) => specifier === name || specifier.startsWith(`${name}/`),
      )
      if (library && !places[library]?.some((place) => file.startsWith(`${place}/`)))
        wrong.push(`${file} -> ${specifier}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('packages for scripts are loaded only when a script requires them', () => {
  const folder = 'cli/lua/packages'
  const early = files
    .filter((file) => !file.startsWith(`${folder}/`) || file === `${folder}/index.ts`)
    .flatMap((file) => importsOf(file).map((to) => [file, to] as const))
    .filter(([, to]) => to.startsWith('.'))
    .map(([file, to]) => [file, relative(src, resolve(src, dirname(file), to))])
    .filter(([, to]) => to?.startsWith(`${folder}/`) && to !== `${folder}/index.ts`)
  assert.deepEqual(early, [])
})
