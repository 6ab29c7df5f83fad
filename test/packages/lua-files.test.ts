// The packages that need no daemon, tested in Lua.

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sourceProgram, temporaryFolder } from '../helpers/lua.ts'
import { root, run } from '../helpers/program.ts'

const folder = join(root, 'test/packages/lua')

for (const name of readdirSync(folder).filter((file) => file.endsWith('.lua'))) {
  test(name, async (t) => {
    const cwd = await temporaryFolder(t)
    const env = { PATH: process.env.PATH, HOME: cwd, TMPDIR: cwd, PORLA_LUA_NO_START: '1' }
    const words = [...sourceProgram, '-I', join(root, 'test/stdlib/lua'), join(folder, name)]
    const { code, out, stderr } = await run(process.execPath, words, { cwd, env })
    assert.deepEqual({ code, out, stderr }, { code: 0, out: 'done\n', stderr: '' })
  })
}
