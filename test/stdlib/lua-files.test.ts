// The standard library as lua5.4 has it, tested in Lua: each file prints what failed, and `done` at its end.

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sourceProgram, temporaryFolder } from '../helpers/lua.ts'
import { root, run } from '../helpers/program.ts'

const folder = join(root, 'test/stdlib/lua')

/** What some of them need in their environment. */
const environments: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  'dates.lua': { TZ: 'CET-1CEST,M3.5.0,M10.5.0/3' },
}

for (const name of readdirSync(folder).sort()) {
  if (!name.endsWith('.lua') || name === 'check.lua') continue
  test(name, async (t) => {
    const { code, out, stderr } = await run(
      process.execPath,
      [...sourceProgram, '-I', folder, join(folder, name)],
      {
        cwd: await temporaryFolder(t),
        env: { ...process.env, ...environments[name] },
      },
    )
    assert.deepEqual({ code, out, stderr }, { code: 0, out: 'done\n', stderr: '' })
  })
}
