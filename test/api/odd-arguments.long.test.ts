// No exception of JavaScript reaches a user: every member of the API and of the libraries with odd values.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { apiClasses, apiModules } from '../../src/cli/lua/api/index.ts'
import { packageFiles } from '../../src/cli/lua/packages/index.ts'
import { startDaemon } from '../helpers/daemon.ts'
import { root } from '../helpers/program.ts'

/** Their functions start programs, requests or jobs, and are tried with odd options by tests of their own. */
const elsewhere = /^(process|workflows|http\.client|cron|lfs|fs$)/

test('odd values give errors of Lua, whatever is called with them', { timeout: 110_000 }, async (t) => {
  const daemon = await startDaemon(t)
  const modules = [...apiModules.map(({ name }) => name), ...Object.keys(packageFiles)]
  const names = {
    classes: Object.fromEntries([
      ...apiClasses.map(({ name, members }) => [name, members.map((member) => member.name)]),
    ]),
    modules: Object.fromEntries(modules.filter((name) => !elsewhere.test(name)).map((name) => [name, true])),
  }
  await writeFile(join(daemon.folder, 'names.json'), JSON.stringify(names))
  const script = join(root, 'test/api/odd-arguments.lua')
  const { code, out } = await daemon.run([script, 'names.json'], { timeoutMs: 100_000 })
  assert.equal(code, 0, out)
  assert.match(out, /\d{4,} calls\n$/)
})
