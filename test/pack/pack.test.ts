// The package as people get it: packed, installed by plain npm into an empty folder, run from there. Slow, so it is
// not part of `npm test`: `npm run test:pack`. npm needs its registry for the two optional native packages.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { absentPackages } from '../../src/cli/lua/packages/index.ts'
import { loopback, processesOf } from '../helpers/daemon.ts'
import { type Outcome, type RunOptions, root, run } from '../helpers/program.ts'

let folder: string
let prefix: string
let env: NodeJS.ProcessEnv

/** PATH without this checkout, as on somebody else's machine. */
const machinePath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((entry) => !entry.includes('node_modules'))
/** Node 24 first, under its usual name. */
const path = [dirname(process.execPath), ...machinePath].join(delimiter)

before(
  async () => {
    folder = await mkdtemp(join(tmpdir(), 'porla-lua-pack-'))
    prefix = join(folder, 'prefix')
    await mkdir(prefix)
    // Nothing of the npm that runs this test: its settings would reach the inner one as npm_*.
    const clean = Object.entries(process.env).filter(
      ([name]) => !/^(npm_|node_options|porla_lua_)/i.test(name),
    )
    env = {
      ...Object.fromEntries(clean),
      PATH: path,
      PORLA_LUA_SOCKET: join(folder, 'run', 'daemon.sock'),
      PORLA_LUA_STATE_DIR: join(folder, 'state'),
      PORLA_LUA_CONFIG: join(folder, 'config.json'),
      XDG_CACHE_HOME: join(folder, 'cache'),
    }
    const ports = { seeding: await freePort(), downloads: await freePort() }
    const sessions = Object.fromEntries(
      Object.entries({ default: 0, ...ports }).map(([name, port]) => [
        name,
        { settings: { ...loopback, listen_interfaces: `127.0.0.1:${port}` } },
      ]),
    )
    await writeFile(env.PORLA_LUA_CONFIG as string, JSON.stringify({ sessions }))
    const packed = await npm(['pack', '--pack-destination', folder], root)
    assert.equal(packed.code, 0, packed.stderr)
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) as string
    const installed = await npm(['install', '-g', '--prefix', prefix, join(folder, tarball)], folder)
    assert.equal(installed.code, 0, installed.stderr)
  },
  { timeout: 300_000 },
)

after(async () => {
  await installed(['daemon', 'stop'])
  const left = processesOf(folder)
  for (const pid of left) process.kill(pid, 'SIGKILL')
  await rm(folder, { recursive: true, force: true })
  assert.deepEqual(left, [], 'no process is left')
})

function npm(words: string[], cwd: string): Promise<Outcome> {
  return run('npm', [...words, '--no-audit', '--no-fund'], { env, cwd, timeoutMs: 240_000 })
}

/** The installed command, started by its name in the prefix. */
function installed(words: string[], options: RunOptions = {}): Promise<Outcome> {
  const options_ = { cwd: folder, timeoutMs: 120_000, ...options, env: { ...env, ...options.env } }
  return run(join(prefix, 'bin', 'porla-lua'), words, options_)
}

const packageFolder = (): string => join(prefix, 'lib', 'node_modules', 'porla-lua')

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function ok(words: string[]): Promise<string> {
  const { code, out, stderr } = await installed(words)
  const log = join(env.PORLA_LUA_STATE_DIR as string, 'daemon.log')
  assert.equal(code, 0, `${stderr}${existsSync(log) ? readFileSync(log, 'utf8') : ''}`)
  return out
}

test('it holds what it should, and asks for nothing that needs an override', () => {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(packageFolder(), 'package.json'), 'utf8'),
  )
  assert.equal(dependencies, undefined)
  assert.deepEqual(Object.keys(optionalDependencies), ['node-datachannel', 'utp-native'])
  const wanted = ['LICENSE', 'README.md', 'bin', 'dist', 'examples', 'package.json']
  const there = readdirSync(packageFolder())
  assert.deepEqual(
    wanted.filter((name) => !there.includes(name)),
    [],
  )
  for (const name of ['src', 'test', 'scripts']) assert.ok(!there.includes(name), `${name} is not for users`)
  const licenses = readFileSync(join(packageFolder(), 'dist', 'THIRD-PARTY-LICENSES.txt'), 'utf8')
  for (const name of ['webtorrent 3.0.21 (MIT)', 'commander', 'typebox'])
    assert.ok(licenses.includes(name), name)
})

test('it runs scripts and the daemon', { timeout: 60_000 }, async () => {
  assert.equal(await ok(['-e', 'print(1)']), '1\n')
  assert.equal(await ok(['--version']), 'porla-lua 0.1.0\n')
  await ok(['daemon', 'start'])
  assert.match(await ok(['daemon', 'status']), /^running\n/)
  await ok([join(packageFolder(), 'examples', 'list.lua')])
  await ok(['daemon', 'stop'])
  assert.equal((await installed(['daemon', 'status'])).code, 3)
})

test('its daemon moves data', { timeout: 180_000 }, async () => {
  await ok(['daemon', 'start'])
  await ok([join(packageFolder(), 'examples', 'quickstart.lua'), join(folder, 'with-natives')])
  await ok(['daemon', 'stop'])
})

test('on an older Node it says what it needs and ends with 1', { timeout: 60_000 }, async (t) => {
  const launcher = join(packageFolder(), 'bin', 'porla-lua.js')
  const older = await olderNode()
  t.diagnostic(older ? `with ${older}` : 'there is no older Node here: with a false version')
  const pretend = join(folder, 'older.cjs')
  await writeFile(
    pretend,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })",
  )
  const outcome = older
    ? await run(older, [launcher, '-e', 'print(1)'], { env })
    : await run(process.execPath, ['--require', pretend, launcher, '-e', 'print(1)'], { env })
  assert.equal(outcome.code, 1)
  assert.match(outcome.stderr, /^porla-lua: needs Node\.js 24 or newer, found \d+\.\d+\.\d+ .*\n$/)
  assert.equal(outcome.out, '')
})

test('without the native packages it moves data over TCP, and says so', { timeout: 180_000 }, async () => {
  for (const name of ['utp-native', 'node-datachannel'])
    await rm(join(packageFolder(), 'node_modules', name), { recursive: true, force: true })
  // A new state: the other one knows the same torrent in another folder.
  env = { ...env, PORLA_LUA_STATE_DIR: join(folder, 'state-without-natives') }
  await ok(['daemon', 'start'])
  await ok([join(packageFolder(), 'examples', 'quickstart.lua'), join(folder, 'without-natives')])
  await ok(['daemon', 'stop'])
  const log = readFileSync(join(env.PORLA_LUA_STATE_DIR as string, 'daemon.log'), 'utf8')
  assert.match(log, /uTP is off: utp-native is not installed/)
  assert.match(log, /WebRTC is off.*: node-datachannel is not installed/)
})

/** The machine's own Node, if it has one that is too old. */
async function olderNode(): Promise<string | undefined> {
  for (const entry of machinePath) {
    const node = join(entry, 'node')
    if (!existsSync(node)) continue
    const { out } = await run(node, ['-p', 'parseInt(process.versions.node, 10)'], { env })
    if (Number(out) < 24) return node
  }
  return undefined
}

test('the package has the typings, and the packages for scripts load', { timeout: 60_000 }, async () => {
  const types = await installed(['types', 'typed'])
  assert.equal(types.code, 0, types.stderr)
  assert.ok(existsSync(join(folder, 'typed/.porla-lua/types/porla.lua')))
  // Those of Porla that do not exist here say so when they are required.
  const absent = Object.keys(absentPackages).map((name) => `${name} = true`)
  const script = `local absent = { ${absent.join(', ')} }
    for name in pairs(package.preload) do if not absent[name] then require(name) end end print("all")`
  const { code, out, stderr } = await installed(['-e', script])
  assert.deepEqual([code, out], [0, 'all\n'], stderr)
})
