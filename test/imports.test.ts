// What may import what (scripts/imports/rules.ts) is what sources do. docs/architecture.md tells why.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { circlesOf } from '../scripts/imports/circles.ts'
import { fileGraph, files, importsOf, src, targetOf } from '../scripts/imports/graph.ts'
import { allowed, places } from '../scripts/imports/rules.ts'

test('every import follows the architecture', () => {
  assert.ok(files.length > 40, 'the files were found')
  const wrong: string[] = []
  for (const file of files) {
    const rule = allowed.find(([from]) => file === from || file.startsWith(`${from}/`))
    assert.ok(rule, `src/${file} lies in a folder without a rule; give it one in scripts/imports/rules.ts`)
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.')) {
        const target = targetOf(file, specifier)
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
    .map(([file, to]) => [file, targetOf(file, to)])
    .filter(([, to]) => to?.startsWith(`${folder}/`) && to !== `${folder}/index.ts`)
  assert.deepEqual(early, [])
})

test('the command line loads no schema of the contract at its start', () => {
  const wrong = files
    .filter((file) => file.startsWith('cli/') || file.startsWith('rpc/contract/docs/'))
    .flatMap((file) => {
      const text = readFileSync(join(src, file), 'utf8')
      const values = [...text.matchAll(/^(?:import|export) (?!type ).*?from '([^']+)'/gms)]
      return values.map((match) => [file, match[1] as string] as const)
    })
    .filter(
      ([file, specifier]) =>
        specifier.startsWith('typebox') ||
        (targetOf(file, specifier).startsWith('rpc/contract/') &&
          !targetOf(file, specifier).startsWith('rpc/contract/docs/')),
    )
  assert.deepEqual(wrong, [])
})

test('no files import each other in a circle, not even for types', () => {
  assert.deepEqual(circlesOf(fileGraph()), [], 'declare the interface beside the file that needs it')
})
