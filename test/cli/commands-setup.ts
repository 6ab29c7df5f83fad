import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { loopback, processesOf } from '../helpers/daemon.ts'
import { type Outcome, porlaLua, type RunOptions } from '../helpers/program.ts'

/** A folder, socket and configuration for commands that start and stop a daemon themselves. */
export interface Setup {
  folder: string
  socket: string
  stateDir: string
  env: NodeJS.ProcessEnv
  /** Runs `porla-lua` with these words; starting a daemon is not forbidden. */
  run: (words: string[], options?: RunOptions) => Promise<Outcome>
}

/** When the test ends, its daemon is stopped; no process of it may be left then. */
export async function setup(t: TestContext): Promise<Setup> {
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-commands-'))
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    TMPDIR: tmpdir(),
    PORLA_LUA_SOCKET: join(folder, 'run', 'daemon.sock'),
    PORLA_LUA_STATE_DIR: join(folder, 'state'),
    PORLA_LUA_CONFIG: join(folder, 'config.json'),
  }
  await writeFile(env.PORLA_LUA_CONFIG, JSON.stringify({ sessions: { default: { settings: loopback } } }))
  const run: Setup['run'] = (words, options = {}) =>
    porlaLua(words, { cwd: folder, ...options, env: { ...env, ...options.env } })
  t.after(async () => {
    try {
      await run(['daemon', 'stop'])
      const left = processesOf(folder)
      for (const pid of left) process.kill(pid, 'SIGKILL')
      if (left.length > 0) throw new Error(`processes were left: ${left.join(', ')}`)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
  return { folder, socket: env.PORLA_LUA_SOCKET, stateDir: env.PORLA_LUA_STATE_DIR, env, run }
}
