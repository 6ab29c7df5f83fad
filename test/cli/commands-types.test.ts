import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { porlaLua, root } from '../helpers/program.ts'

async function project(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-types-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort()
}

test('types writes the typings and the settings of the language server', async (t) => {
  const folder = await project(t)
  const { code, out, stderr } = await porlaLua(['types', 'new/project'], { cwd: folder })
  assert.deepEqual([code, stderr], [0, ''])
  const place = join(folder, 'new/project')
  const types = join(place, '.porla-lua/types')
  assert.equal(out, `${types}\n${join(place, '.luarc.json')}\n`)
  assert.deepEqual(await filesIn(types), await filesIn(join(root, 'types')))
  assert.match(await readFile(join(types, 'porla.lua'), 'utf8'), /^---@meta\n.*---@class TorrentHandle\n/s)
  const settings = JSON.parse(await readFile(join(place, '.luarc.json'), 'utf8'))
  assert.equal(settings['runtime.version'], 'Lua 5.4')
  assert.deepEqual(settings['workspace.library'], ['.porla-lua/types'])
})

test('types adds to the settings that are there, once, and removes what an older version wrote', async (t) => {
  const folder = await project(t)
  const rc = join(folder, '.luarc.json')
  await writeFile(
    rc,
    '{"runtime": {"version": "LuaJIT"}, "workspace": {"library": ["lib"]}, "hint.enable": true}',
  )
  await porlaLua(['types'], { cwd: folder })
  await writeFile(join(folder, '.porla-lua/types/old.lua'), '')
  await porlaLua(['types'], { cwd: folder })
  assert.deepEqual(JSON.parse(await readFile(rc, 'utf8')), {
    runtime: { version: 'LuaJIT' },
    workspace: { library: ['lib', '.porla-lua/types'] },
    'hint.enable': true,
  })
  assert.deepEqual(await filesIn(join(folder, '.porla-lua/types')), await filesIn(join(root, 'types')))
})

test('types leaves settings alone that it cannot read, and says so', async (t) => {
  const folder = await project(t)
  const rc = join(folder, '.luarc.json')
  await writeFile(rc, '// mine\n{}')
  const { code, stderr } = await porlaLua(['types'], { cwd: folder })
  assert.equal(code, 1)
  assert.match(stderr, /^porla-lua: .*\.luarc\.json is no plain JSON object/)
  assert.deepEqual([await readFile(rc, 'utf8'), await filesIn(folder)], ['// mine\n{}', ['.luarc.json']])
})

test('types says what cannot be written', async (t) => {
  const folder = await project(t)
  await writeFile(join(folder, 'file'), '')
  const { code, stderr } = await porlaLua(['types', 'file/below'], { cwd: folder })
  assert.equal(code, 1)
  assert.match(stderr, /^porla-lua: cannot write the typings: ENOTDIR.*file/)
})
