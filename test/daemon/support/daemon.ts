import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { DaemonOptions } from '../../../src/daemon/main.ts'
import { RpcClient } from '../../../src/rpc/client.ts'
import { privateFolder } from '../../rpc/support/serve.ts'

const program = fileURLToPath(new URL('run.ts', import.meta.url))

export interface Places {
  folder: string
  socket: string
  stateDir: string
}

/** A private folder with the places of a daemon in it. */
export function places(t: TestContext, config = '{}'): Places {
  const folder = privateFolder(t)
  mkdirSync(join(folder, 'config', 'porla-lua'), { recursive: true })
  writeFileSync(join(folder, 'config', 'porla-lua', 'config.json'), config)
  return { folder, socket: join(folder, 'run', 'd.sock'), stateDir: join(folder, 'state') }
}

/** A daemon in its own process, with nothing of this one's environment. It is killed when the test ends. */
export class DaemonProcess {
  readonly child: ChildProcess
  readonly places: Places
  /** What it said on stderr. */
  log = ''
  readonly #exit: Promise<unknown>
  readonly #verdict: Promise<string>

  constructor(
    t: TestContext,
    places: Places,
    { options = {}, shell = '' }: { options?: DaemonOptions & { defect?: boolean }; shell?: string } = {},
  ) {
    this.places = places
    const { socket, stateDir, folder } = places
    this.child = spawn(
      '/bin/sh',
      [
        '-c',
        `${shell}\nexec "$@"`,
        'sh',
        process.execPath,
        program,
        JSON.stringify({ socket, stateDir, ...options }),
      ],
      {
        env: { XDG_CONFIG_HOME: join(folder, 'config'), TMPDIR: tmpdir(), PORLA_LUA_READY_FD: '3' },
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      },
    )
    this.child.stderr?.on('data', (chunk) => {
      this.log += chunk
    })
    this.#exit = once(this.child, 'close')
    this.#verdict = readAll(this.child.stdio[3] as Readable)
    t.after(async () => {
      this.child.kill('SIGKILL')
      await this.#exit
    })
  }

  /** What it wrote for its starter: `ready`, or `error {...}`. */
  async verdict(): Promise<string> {
    return (await this.#verdict).trimEnd()
  }

  async ready(): Promise<this> {
    const verdict = await this.verdict()
    if (verdict !== 'ready') throw new Error(`the daemon did not start: ${verdict}\n${this.log}`)
    return this
  }

  async exitCode(): Promise<number | null> {
    await this.#exit
    return this.child.exitCode
  }

  async kill(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal)
    return await this.exitCode()
  }

  async client(t: TestContext): Promise<RpcClient> {
    const client = await RpcClient.connect(this.places.socket)
    t.after(() => client.close())
    return client
  }
}

async function readAll(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}
