// bin/porla-lua.js: the check of Node's version, and where compiled code is kept.

import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { launcher, run } from '../helpers/program.ts'

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-launcher-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** An installed package in little: the launcher, and a bundle that prints its arguments and exits 7. */
function install(folder: string): string {
  mkdirSync(join(folder, 'app', 'bin'), { recursive: true })
  mkdirSync(join(folder, 'app', 'dist'))
  const target = join(folder, 'app', 'bin', 'porla-lua.js')
  cpSync(launcher, target)
  writeFileSync(join(folder, 'app', 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(folder, 'app', 'dist', 'cli.js'),
    'export async function main(argv) { console.log(argv.join()); return 7 }\n',
  )
  return target
}

test('on an older Node it says what it needs and what it found, and ends with 1', async (t) => {
  const folder = await folderFor(t)
  const older = join(folder, 'older.cjs')
  // The version is all that the launcher looks at; the oldest Node that is tested for real is the machine's own.
  writeFileSync(
    older,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })",
  )
  const outcome = await run(process.execPath, ['--require', older, launcher, '-e', 'print(1)'])
  assert.equal(outcome.code, 1)
  assert.match(outcome.stderr, /^porla-lua: needs Node\.js 24 or newer, found 20\.20\.2 \(.*nodejs\.org.*\n$/)
  assert.equal(outcome.out, '')
})

test('it hands on the words and the exit code', async (t) => {
  const folder = await folderFor(t)
  const outcome = await run(process.execPath, [install(folder), 'a', '-b', 'c d'], { env: { HOME: folder } })
  assert.deepEqual([outcome.code, outcome.out, outcome.stderr], [7, 'a,-b,c d\n', ''])
})

test('a defect ends with 70 and its stack', async (t) => {
  const folder = await folderFor(t)
  const target = install(folder)
  writeFileSync(join(folder, 'app', 'dist', 'cli.js'), 'export function main() { throw new Error("oops") }\n')
  const outcome = await run(process.execPath, [target], { env: { HOME: folder } })
  assert.equal(outcome.code, 70)
  assert.match(outcome.stderr, /this is a bug: Error: oops\n {4}at main/)
})

test('compiled code is kept in a folder of the user alone, or not at all', async (t) => {
  const folder = await folderFor(t)
  const target = install(folder)
  const start = async (env: NodeJS.ProcessEnv): Promise<void> => {
    const outcome = await run(process.execPath, [target], { env })
    assert.deepEqual([outcome.code, outcome.stderr], [7, ''])
  }
  const home = join(folder, 'home')
  mkdirSync(home)
  await start({ HOME: home })
  const cache = join(home, '.cache', 'porla-lua')
  assert.equal(statSync(cache).mode & 0o777, 0o700)
  assert.equal(readdirSync(cache).length, 1, 'Node put its folder there')

  const xdg = join(folder, 'xdg')
  await start({ HOME: home, XDG_CACHE_HOME: xdg })
  assert.equal(readdirSync(join(xdg, 'porla-lua')).length, 1)

  const open = join(folder, 'open')
  mkdirSync(join(open, 'porla-lua'), { recursive: true })
  const { chmodSync } = await import('node:fs')
  chmodSync(join(open, 'porla-lua'), 0o777)
  await start({ HOME: home, XDG_CACHE_HOME: open })
  assert.deepEqual(readdirSync(join(open, 'porla-lua')), [], 'others can write to it')

  await start({ XDG_CACHE_HOME: 'relative' })
  assert.equal(existsSync(join(process.cwd(), 'relative')), false)

  writeFileSync(join(folder, 'file'), '')
  await start({ XDG_CACHE_HOME: join(folder, 'file') })
})
