import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { sourceProgram } from '../helpers/lua.ts'
import { finish, type Outcome, type RunOptions } from '../helpers/program.ts'
import { waitUntil } from '../helpers/wait-until.ts'

/** A script that runs while the test does something else. */
export interface Running {
  readonly pid: number
  /** Lines that it has printed so far. */
  readonly lines: string[]
  readonly end: Promise<Outcome>
  /** Waits until it has printed a line. */
  printed(line: string, timeoutMs?: number): Promise<void>
  signal(name: NodeJS.Signals): void
}

/** Starts a script in a folder. What is left of it when the test ends is killed. */
export async function startLua(
  t: TestContext,
  folder: string,
  code: string,
  options: RunOptions = {},
): Promise<Running> {
  const script = join(folder, `script${Math.random()}.lua`)
  await writeFile(script, code)
  const child = spawn(process.execPath, [...sourceProgram, script], {
    cwd: folder,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const end = finish(child, options, script)
  end.catch(() => {})
  let text = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  return {
    pid: child.pid as number,
    end,
    get lines() {
      return text.split('\n').slice(0, -1)
    },
    async printed(line, timeoutMs = 10_000) {
      try {
        await waitUntil(`the script prints '${line}'`, () => text.split('\n').includes(line), {
          timeoutMs,
          everyMs: 5,
        })
      } catch (error) {
        throw new Error(`${error}; it printed: ${text}\n${stderr}`)
      }
    },
    signal: (name) => void child.kill(name),
  }
}

/** Lua code that adds a magnet link by its number, paused or not. */
export const adding = `
  local sessions = require("sessions")
  local session = sessions.get("default")
  local function add(i, paused)
    local params = AddTorrentParams.from_magnet(("magnet:?xt=urn:btih:%040x&dn=t%d"):format(i, i))
    params.save_path = "data"
    if paused then params.flags.paused = true; params.flags.auto_managed = false end
    return session:add_torrent(params)
  end
`
