// Reference pages and typings are what the tables of the API and the contract say.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { generatedFiles } from '../scripts/generate/files.ts'
import { porlaMethodTable } from '../scripts/generate/porla-methods.ts'
import { apiClasses, apiModules } from '../src/cli/lua/api/index.ts'
import { packageModules } from '../src/cli/lua/packages/index.ts'
import { settingRows } from '../src/daemon/settings/table.ts'
import { contract } from '../src/rpc/contract/index.ts'
import { porlaLua, root } from './helpers/program.ts'

const files = generatedFiles()

for (const [name, text] of files) {
  test(`${name} is up to date`, () => {
    assert.ok(readFileSync(join(root, name), 'utf8') === text, `${name} is old: run 'npm run generate'`)
  })
}

test('types has no other files', () => {
  const found = readdirSync(join(root, 'types'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replace(/^\//, ''))
  assert.deepEqual(found.sort(), [...files.keys()].filter((name) => name.startsWith('types/')).sort())
})

test('the typings are Lua', async () => {
  const names = [...files.keys()].filter((name) => name.endsWith('.lua'))
  const code = 'for _, name in ipairs(arg) do assert(loadfile(name)) end print(#arg)'
  const { out, stderr } = await porlaLua(['-e', code, '/dev/null', ...names], { cwd: root })
  assert.deepEqual([stderr, out], ['', `${names.length}\n`])
})

test("the table of Porla's methods says of each whether it is here", () => {
  const wrong = porlaMethodTable.filter(([name, how]) => name in contract !== (how !== 'not here'))
  assert.deepEqual(wrong, [])
  // of its src/main.cpp
  assert.equal(porlaMethodTable.length, 30)
  assert.equal(new Set(porlaMethodTable.map(([name]) => name)).size, porlaMethodTable.length)
})

test('every documented member and setting is in the typings', () => {
  const text = [...files]
    .flatMap(([name, content]) => (name.startsWith('types/') ? [content] : []))
    .join('\n')
  const modules = [...apiModules, ...packageModules()]
  const classes = [...apiClasses, ...modules.flatMap((module) => module.classes ?? []), ...modules]
  for (const { name, members } of classes) {
    if (members.length === 0) continue
    const from = text.indexOf(`---@class ${name}\n`)
    assert.ok(from >= 0, `no class ${name}`)
    const to = text.indexOf('---@class ', from + 1)
    const block = text.slice(from, to < 0 ? undefined : to)
    for (const { kind, name: member } of members as readonly { kind: string; name: string }[]) {
      const written =
        { method: `:${member}(`, static: `.${member}(`, constant: `.${member} = ` }[kind] ??
        `---@field ${member} `
      assert.ok(block.includes(written), `${name}: ${written}`)
    }
  }
  for (const [name] of settingRows) assert.ok(text.includes(`---@field ${name} `), name)
})
