import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { RpcClient } from '../../src/rpc/client.ts'
import { launcher, type Outcome, porlaLua, type RunOptions } from './program.ts'
import { waitUntil } from './wait-until.ts'

type Settings = Record<string, boolean | number | string>

/** Nothing of a test talks beyond 127.0.0.1. */
export const loopback: Settings = {
  listen_interfaces: '127.0.0.1:0',
  enable_dht: false,
  enable_lsd: false,
  enable_upnp: false,
  enable_natpmp: false,
  // every peer of a test is at the same address
  allow_multiple_connections_per_ip: true,
}

export interface DaemonOptions {
  /** Sessions beside `default`, and settings beside `loopback`. */
  sessions?: Record<string, Settings>
}

/** A daemon of its own for one test: folder, socket, state, configuration and log. */
export class TestDaemon {
  readonly folder: string
  readonly socket: string
  readonly stateDir: string
  readonly env: NodeJS.ProcessEnv
  /** Everything the daemon said on stderr, of all its lives. */
  log = ''
  #child: ChildProcess | undefined

  constructor(folder: string) {
    this.folder = folder
    this.socket = join(folder, 'run', 'daemon.sock')
    this.stateDir = join(folder, 'state')
    this.env = {
      PATH: process.env.PATH,
      HOME: folder,
      TMPDIR: tmpdir(),
      PORLA_LUA_SOCKET: this.socket,
      PORLA_LUA_STATE_DIR: this.stateDir,
      PORLA_LUA_CONFIG: join(folder, 'config.json'),
      PORLA_LUA_NO_START: '1',
      // for profiles, see CONTRIBUTING.md
      ...(process.env.DAEMON_NODE_OPTIONS ? { NODE_OPTIONS: process.env.DAEMON_NODE_OPTIONS } : {}),
    }
  }

  get pid(): number {
    const pid = this.#child?.pid
    if (pid === undefined) throw new Error('the daemon does not run')
    return pid
  }

  /** Starts it in the foreground of a child process and waits until it answers. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [launcher, 'daemon', 'run'], {
      env: this.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child = child
    child.stderr?.on('data', (chunk: Buffer) => {
      this.log += chunk
    })
    let ended = false
    child.once('exit', () => {
      ended = true
    })
    await waitUntil('the daemon answers', async () => {
      if (ended) return 'ended'
      const client = await RpcClient.connect(this.socket, { timeoutMs: 1000 })
      client.close()
      return 'answers'
    })
    if (ended) throw new Error(`the daemon ended at its start:\n${this.log}`)
  }

  /** Ends it with a signal and waits until it is gone. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    const child = this.#child
    if (!child) return 0
    this.#child = undefined
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? 1
    const gone = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
    const code = await gone
    clearTimeout(timer)
    return code
  }

  /** Runs the program against this daemon. */
  run(words: string[], options: RunOptions = {}): Promise<Outcome> {
    return porlaLua(words, { cwd: this.folder, ...options, env: { ...this.env, ...options.env } })
  }

  /** Runs Lua code as a script file, so that messages have a file and lines. */
  async lua(code: string, args: string[] = [], options: RunOptions = {}): Promise<Outcome> {
    const file = join(this.folder, 'test.lua')
    await writeFile(file, code)
    return await this.run(['test.lua', ...args], options)
  }

  /** As `lua`, but the script has to succeed; returns what it printed, without the last newline. */
  async ok(code: string, args: string[] = [], options: RunOptions = {}): Promise<string> {
    const outcome = await this.lua(code, args, options)
    if (outcome.code !== 0) {
      throw new Error(
        `exit ${outcome.code}\n${outcome.stderr}\n${outcome.out}\nThe daemon's log:\n${this.log}`,
      )
    }
    return outcome.out.replace(/\n$/, '')
  }

  async client(): Promise<RpcClient> {
    return await RpcClient.connect(this.socket, { timeoutMs: 5000 })
  }

  /** A folder inside the test's. */
  async makeFolder(name: string): Promise<string> {
    const path = join(this.folder, name)
    await mkdir(path, { recursive: true })
    return path
  }
}

/** Starts a daemon for a test; when the test ends it is stopped, and must leave neither process nor socket. */
export async function startDaemon(t: TestContext, options: DaemonOptions = {}): Promise<TestDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-test-'))
  const daemon = new TestDaemon(folder)
  const sessions = Object.fromEntries(
    Object.entries({ default: {}, ...options.sessions }).map(([name, settings]) => [
      name,
      { settings: { ...loopback, ...settings } },
    ]),
  )
  await writeFile(join(folder, 'config.json'), JSON.stringify({ sessions }))
  t.after(async () => {
    const running = processesOf(folder)
    await daemon.end()
    try {
      t.diagnostic(`the daemon's log:\n${daemon.log}`)
      await waitUntil('no process is left', () => processesOf(folder).length === 0, { timeoutMs: 5000 })
      if (existsSync(daemon.socket)) throw new Error('the daemon left its socket behind')
    } catch (error) {
      for (const pid of processesOf(folder).filter((p) => running.includes(p))) process.kill(pid, 'SIGKILL')
      throw error
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
  await daemon.start()
  return daemon
}

/** Processes whose environment names this folder: the daemon and its engine hosts. */
export function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => {
      try {
        const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0]
        return state !== 'Z' && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)
      } catch {
        return false // gone meanwhile, or not ours to read
      }
    })
}
