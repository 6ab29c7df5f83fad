import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A port of 127.0.0.1 that was free a moment ago, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

export interface Child {
  process: ChildProcess
  /** Everything it printed so far, on both streams. */
  output: () => string
  /** Ends it, by force after 10 s. */
  end: () => Promise<void>
}

/** A folder for a client's configuration and state; `startChild` removes it. */
export function makeHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'porla-lua-client-'))
}

/** A child whose output is kept; with the test it is ended and its home removed. */
export function startChild(t: TestContext, file: string, words: string[], home: string): Child {
  const process = spawn(file, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
  })
  let text = ''
  const keep = (chunk: Buffer) => {
    text += chunk
  }
  process.stdout.on('data', keep)
  process.stderr.on('data', keep)
  const gone = once(process, 'exit')
  const end = async () => {
    if (process.exitCode === null && process.signalCode === null) process.kill('SIGTERM')
    const force = setTimeout(() => process.kill('SIGKILL'), 10_000)
    await gone
    clearTimeout(force)
  }
  t.after(async () => {
    await end()
    await rm(home, { recursive: true, force: true })
    t.diagnostic(`${file} said:\n${text}`)
  })
  return { process, output: () => text, end }
}
