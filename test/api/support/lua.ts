import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { porlaLua } from '../../helpers/program.ts'

/** A folder in which scripts run that need no daemon; asking one is an error there. */
export class LuaFolder {
  readonly path: string
  constructor(path: string) {
    this.path = path
  }

  /** Runs a script that has to succeed; returns the lines it printed. */
  async lines(code: string): Promise<string[]> {
    await writeFile(join(this.path, 'test.lua'), code)
    const env = { PATH: process.env.PATH, HOME: this.path, PORLA_LUA_NO_START: '1' }
    const socket = { PORLA_LUA_SOCKET: join(this.path, 'no.sock') }
    const {
      code: exit,
      out,
      stderr,
    } = await porlaLua(['test.lua'], {
      cwd: this.path,
      env: { ...env, ...socket },
    })
    assert.equal(stderr, '')
    assert.equal(exit, 0)
    return out.split('\n').slice(0, -1)
  }
}

export async function luaFolder(t: TestContext): Promise<LuaFolder> {
  const path = await mkdtemp(join(tmpdir(), 'porla-lua-api-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return new LuaFolder(path)
}

/** Prints the message of the error that a function raises, or fails. */
export const failing = `
local function failing(f, ...)
  local ok, message = pcall(f, ...)
  assert(not ok, "no error was raised")
  print((tostring(message):gsub("^test.lua:%d+: ", "")))
end
`
