import type { ChildProcess } from 'node:child_process'
import { constants as accessModes, accessSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { programChild } from '../../children.ts'
import { stdioOfChild } from '../../descriptors.ts'
import { type FieldReaders, readExact, readFields, readList, readText } from '../api/convert.ts'
import type { Api, ApiModule } from '../api/describe.ts'
import { inHome } from '../api/paths.ts'
import { Callback } from '../loop/callback.ts'
import type { Alive } from '../loop/loop.ts'
import { systemFailure } from '../stdlib/errno.ts'
import { exactPath } from '../vm/byte-text.ts'
import { LuaError } from '../vm/errors.ts'

interface LaunchOptions {
  file: string
  args: string[]
  done: Callback
}

const readers: FieldReaders<LaunchOptions> = {
  file: readExact,
  args: (lua, L, idx) => readList(lua, L, idx, readExact),
  done: Callback.read,
}

/** A program that runs, until it has ended and both its outputs are read to their end. */
class Child implements Alive {
  readonly #api: Api
  readonly #child: ChildProcess
  readonly #done: Callback | undefined
  readonly #outputs: [Buffer[], Buffer[]] = [[], []]
  #settled = false

  /** Throws LuaError when it cannot be started. */
  constructor(api: Api, { file, args = [], done }: Partial<LaunchOptions> & { file: string }) {
    this.#api = api
    this.#done = done
    const { spawn } = process.getBuiltinModule('node:child_process')
    let failure: string | undefined
    try {
      // A whole path, or PATH would be searched.
      const place = inHome(api, file)
      const path = place.startsWith('/') ? place : `${api.cwd()}/${place}`
      const command = programChild(path, args, api.host.env)
      this.#child = spawn(command.file, command.args, {
        ...(command.file === path && { argv0: file }),
        env: command.env,
        stdio: stdioOfChild(['ignore', 'pipe', 'pipe']),
      })
      if (this.#child.pid === undefined) failure = whyNot(path)
    } catch (error) {
      throw new LuaError(`cannot start '${file}': ${(error as Error).message}`)
    }
    // A failed start is also reported later.
    this.#child.on('error', () => {})
    if (failure) throw new LuaError(`cannot start '${file}': ${failure}`)
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#outputs[0].push(chunk))
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#outputs[1].push(chunk))
    this.#child.on('close', (code, signal) => this.#ended(code, signal))
    api.host.loop.add(this)
  }

  /** The program itself goes on when this one leaves. */
  stop(): void {
    if (this.#settled) return
    this.#settled = true
    this.#child.unref()
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
    this.#done?.free()
    this.#api.host.loop.remove(this)
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    const { lua } = this.#api
    const { loop } = this.#api.host
    loop.post(() => {
      if (this.#settled) return
      this.#done?.call(loop, (S) => {
        // As shells have it.
        lua.pushInteger(S, code ?? 128 + (signal ? constants.signals[signal] : 0))
        for (const chunks of this.#outputs) lua.pushBytes(S, Buffer.concat(chunks))
        return 3
      })
      this.stop()
    })
  }
}

/** Node tells too late why a program did not start. */
function whyNot(path: string): string {
  try {
    if (statSync(exactPath(path)).isDirectory()) return 'it is a folder'
    accessSync(exactPath(path), accessModes.X_OK)
    return 'it is no program, or the system has no room for another process'
  } catch (error) {
    return systemFailure(error)?.message ?? String(error)
  }
}

/** The first executable file of that name in the folders of PATH; '' when there is none. */
function searchPath(name: string, path: string): string {
  if (name === '' || name.includes('/')) return ''
  for (const folder of path.split(delimiter)) {
    const file = join(resolve(folder || '.'), name)
    try {
      accessSync(file, accessModes.X_OK)
      if (statSync(file).isFile()) return file
    } catch {
      // Not there, or not for us: the next folder may have one.
    }
  }
  return ''
}

export const modules: readonly ApiModule[] = [
  {
    name: 'process',
    doc: 'Other programs. A script with one that runs goes on after its last line.',
    origin: 'porla',
    members: [
      {
        kind: 'static',
        name: 'launch',
        signature:
          '(options: {file: string, args?: string[], done?: fun(exit_code: integer, stdout: string, stderr: string)})',
        doc:
          'Starts a program: `file` is its path (PATH is not searched, no shell is between), `args` what follows its ' +
          'name. Its standard input is empty. `done` gets the exit code, 128 + n for signal n, and all that it wrote. ' +
          'Raises an error when it cannot be started. It goes on when the script is interrupted.',
        origin: 'porla',
        call: (api, L) => {
          const options = api.argument(1, () => readFields<LaunchOptions>(api.lua, L, 1, readers))
          const { file } = options
          if (!file)
            throw new LuaError("process.launch needs a file: process.launch{file = '/bin/ls', args = {'-l'}}")
          new Child(api, { ...options, file })
          return 0
        },
      },
      {
        kind: 'static',
        name: 'search_path',
        signature: '(name: string): string',
        doc: 'The path of the program that a shell would start; the empty string when PATH has none.',
        origin: 'porla',
        call: (api, L) => {
          const name = api.argument(1, () => readText(api.lua, L, 1))
          api.lua.pushText(L, searchPath(name, api.host.env.PATH ?? ''))
          return 1
        },
      },
    ],
  },
]
