import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import {
  checkSocketPath,
  type EndpointOptions,
  resolveSocket,
  resolveStateDir,
} from '../../src/program/endpoint.ts'
import { ExitCode } from '../../src/program/exit-codes.ts'
import { folderProblem, preparePrivateFolder } from '../../src/program/private-folder.ts'
import { privateFolder } from '../rpc/support/serve.ts'

const uid = process.getuid?.()
const all: EndpointOptions = {
  flag: '/flag',
  env: {
    PORLA_LUA_SOCKET: '/env',
    PORLA_LUA_STATE_DIR: '/env',
    XDG_RUNTIME_DIR: '/run/user/1',
    XDG_STATE_HOME: '/xdg',
    TMPDIR: '/nonexistent-temp',
    HOME: '/home/ada',
  },
  config: { socket: '/config', stateDir: '/config' },
}

/** What is left when the strongest are taken away one by one. */
const steps: [
  without: (options: EndpointOptions) => EndpointOptions,
  socket: string,
  state: string,
  source: string,
][] = [
  [(it) => it, '/flag', '/flag', 'flag'],
  [({ flag: _, ...it }) => it, '/env', '/env', 'environment'],
  [
    (it) => ({ ...it, env: { ...it.env, PORLA_LUA_SOCKET: '', PORLA_LUA_STATE_DIR: '' } }),
    '/config',
    '/config',
    'config',
  ],
  [({ config: _, ...it }) => it, '/run/user/1/porla-lua/daemon.sock', '/xdg/porla-lua', 'default'],
  [
    (it) => ({ ...it, env: { ...it.env, XDG_RUNTIME_DIR: 'relative', XDG_STATE_HOME: 'relative' } }),
    `/nonexistent-temp/porla-lua-${uid}/daemon.sock`,
    '/home/ada/.local/state/porla-lua',
    'default',
  ],
  [
    (it) => ({ ...it, env: { XDG_RUNTIME_DIR: '/r' } }),
    '/r/porla-lua/daemon.sock',
    join(userInfo().homedir, '.local/state/porla-lua'),
    'default',
  ],
]

test('endpoint: flag, environment, configuration, default, in this order', () => {
  let options = all
  for (const [without, socket, state, source] of steps) {
    options = without(options)
    assert.deepEqual(resolveSocket(options), { path: socket, source })
    assert.deepEqual(resolveStateDir(options), { path: state, source })
  }
})

test('endpoint: relative paths count from the current folder', () => {
  assert.equal(resolveSocket({ flag: 'x/d.sock', env: {} }).path, resolve('x/d.sock'))
  assert.equal(resolveStateDir({ env: { PORLA_LUA_STATE_DIR: './s/' } }).path, resolve('s'))
})

test('endpoint: an empty option is an error', () => {
  const error = { exitCode: ExitCode.usage, message: '--socket needs a path; it is empty' }
  assert.throws(() => resolveSocket({ flag: '', env: {} }), error)
})

test('endpoint: a path may have 107 bytes, counted as bytes', () => {
  checkSocketPath(`/${'x'.repeat(106)}`)
  assert.throws(() => checkSocketPath(`/${'x'.repeat(107)}`), {
    exitCode: ExitCode.config,
    message: /has 108 bytes, 107 is/,
  })
  assert.throws(() => checkSocketPath(`/${'ü'.repeat(54)}`), { message: /has 109 bytes/ })
  assert.throws(() => resolveSocket({ flag: `/${'x'.repeat(200)}`, env: {} }), { exitCode: ExitCode.usage })
  assert.throws(() => resolveSocket({ env: { PORLA_LUA_SOCKET: `/${'x'.repeat(200)}` } }), {
    exitCode: ExitCode.config,
  })
})

test('endpoint: the folder in the temp folder must be ours alone', (t) => {
  const temp = privateFolder(t)
  const folder = join(temp, `porla-lua-${uid}`)
  const ask = () => resolveSocket({ env: { TMPDIR: temp } }).path
  mkdirSync(folder, { mode: 0o700 })
  assert.equal(ask(), join(folder, 'daemon.sock'))
  chmodSync(folder, 0o777)
  assert.throws(ask, { exitCode: ExitCode.config, message: /can be written by others \(mode 0777\)/ })
})

test('endpoint: a link in the temp folder is not followed', (t) => {
  const temp = privateFolder(t)
  symlinkSync(homedir(), join(temp, `porla-lua-${uid}`))
  assert.throws(() => resolveSocket({ env: { TMPDIR: temp } }), { message: /is not safe: it is no folder/ })
})

test('endpoint: what makes a folder unsafe', () => {
  const table: [uid: number, mode: number, problem: RegExp | null][] = [
    [1000, 0o40700, null],
    [1000, 0o40755, null],
    [1000, 0o40770, /can be written by others \(mode 0770\)/],
    [1000, 0o41777, /can be written by others \(mode 1777\)/],
    [0, 0o40700, /belongs to user root \(0\), and this is user .*1000/],
    [1001, 0o40700, /belongs to user .*1001/],
  ]
  for (const [owner, mode, problem] of table) {
    const found = folderProblem({ uid: owner, mode }, 1000)
    if (problem === null) assert.equal(found, null)
    else assert.match(found ?? '', problem)
  }
})

test('endpoint: a private folder is created with all above it, and whatever the umask', (t) => {
  const umask = process.umask(0o777)
  t.after(() => process.umask(umask))
  const base = privateFolder(t)
  chmodSync(base, 0o700)
  preparePrivateFolder(join(base, 'a/b/c'))
  for (const name of ['a', 'a/b', 'a/b/c']) assert.equal(statSync(join(base, name)).mode & 0o777, 0o700)
  preparePrivateFolder(join(base, 'a/b/c'))
})

test('endpoint: a folder that cannot be created is an error at once', { timeout: 5000 }, (t) => {
  const base = privateFolder(t)
  writeFileSync(join(base, 'file'), '')
  symlinkSync('gone', join(base, 'link'))
  for (const folder of [
    '/proc/nope',
    '/proc/nope/below',
    join(base, 'file/x'),
    join(base, 'link'),
    join(base, 'link/x'),
  ]) {
    assert.throws(() => preparePrivateFolder(folder), {
      exitCode: ExitCode.config,
      message: new RegExp(`^cannot create the folder ${folder}: E`),
    })
  }
  assert.throws(() => preparePrivateFolder(join(base, 'file')), {
    message: /file is not safe: it is no folder/,
  })
})
