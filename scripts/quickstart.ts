// The main job, end to end: a private daemon in a temporary folder, examples/quickstart.lua against it, and nothing
// left behind. `npm start` builds and runs this. Everything stays on 127.0.0.1.

import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const program = join(root, 'bin/porla-lua.js')

/** A port nobody listens on now: the magnet link has to name the seeding session's port. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const offline = 'enable_dht = false\nenable_lsd = false\nenable_upnp = false\nenable_natpmp = false\n'

function sessionConfig(name: string, port: number): string {
  return `[sessions.${name}.settings]\nlisten_interfaces = "127.0.0.1:${port}"\n${offline}\n`
}

const folder = await mkdtemp(join(tmpdir(), 'porla-lua-start-'))
const socket = join(folder, 'run', 'daemon.sock')
const environment = {
  ...process.env,
  PORLA_LUA_SOCKET: socket,
  PORLA_LUA_STATE_DIR: join(folder, 'state'),
  PORLA_LUA_CONFIG: join(folder, 'config.toml'),
  PORLA_LUA_NO_START: '1',
}

function porlaLua(...words: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], { stdio: 'inherit', env: environment })
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

// Ctrl-C reaches the script too; this process stays to stop the daemon.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

let code = 1
try {
  await writeFile(
    environment.PORLA_LUA_CONFIG,
    sessionConfig('default', 0) +
      sessionConfig('seeding', await freePort()) +
      sessionConfig('downloads', await freePort()),
  )
  code = await porlaLua('daemon', 'start')
  if (code === 0) {
    try {
      code = await porlaLua(join(root, 'examples/quickstart.lua'), join(folder, 'data'))
    } finally {
      const stopped = await porlaLua('daemon', 'stop')
      code ||= stopped
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exitCode = code
