// What belongs to another user is refused with that user's name. As root, since only root can make it.

import assert from 'node:assert/strict'
import { chmod, chown, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { checkConfigOwner, checkSocketOwner, requireOwnPlace, userNamed } from '../../src/program/owner.ts'

const isRoot = process.getuid?.() === 0
/** nobody, on every Linux. */
const another = 65534
const theirs = /belongs to user nobody \(65534\), and this is user root \(0\)/

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'porla-lua-owner-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function socketIn(t: TestContext, folder: string): Promise<string> {
  const path = join(folder, 'daemon.sock')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.after(() => new Promise((resolve) => server.close(resolve)))
  await chmod(path, 0o600)
  return path
}

test('users are named', () => {
  assert.equal(userNamed(0), 'user root (0)')
  assert.equal(userNamed(4_000_000), 'user 4000000')
})

test('a socket in a place where others may write is refused', async (t) => {
  const folder = await folderOf(t)
  const path = await socketIn(t, folder)
  assert.equal(checkSocketOwner(path, false), undefined)
  await chmod(path, 0o777)
  assert.throws(() => checkSocketOwner(path, true), /the socket .* can be written by others \(mode 0777\)/)
  await chmod(path, 0o600)
  await chmod(folder, 0o777)
  assert.throws(
    () => checkSocketOwner(path, true),
    /the socket's folder .* can be written by others \(mode 0777\)/,
  )
  // As /tmp: nobody can take away what is another's.
  await chmod(folder, 0o1777)
  assert.equal(checkSocketOwner(path, false), undefined)
  assert.equal(checkSocketOwner(join(folder, 'not-there'), false), undefined)
})

test('a socket of another user is refused; root may name it, and is warned', async (t) => {
  if (!isRoot) {
    // The nearest that this user can make: a link to a place that is not his.
    assert.throws(() => requireOwnPlace('/proc/1/x', {}), /belongs to/)
    return
  }
  const folder = await folderOf(t)
  const path = await socketIn(t, folder)
  for (const [one, other] of [
    [path, folder],
    [folder, path],
  ] as const) {
    await chown(one, another, another)
    await chown(other, 0, 0)
    assert.throws(() => checkSocketOwner(path, false), theirs)
    assert.match(checkSocketOwner(path, true) ?? '', theirs)
  }
})

test('a configuration that others may write, or of another user, is refused', async (t) => {
  const folder = await folderOf(t)
  const path = join(folder, 'config.json')
  await writeFile(path, '{}')
  const check = async (named: boolean) => checkConfigOwner(path, await stat(path), named)
  await chmod(path, 0o644)
  await check(false)
  await chmod(path, 0o646)
  await assert.rejects(check(true), /can be written by others \(mode 0646\); make it yours alone: chmod go-w/)
  await chmod(path, 0o600)
  if (!isRoot) return
  await chown(path, another, another)
  await assert.rejects(check(false), theirs)
  await check(true)
})

test('nothing is made in a folder of another user, nor a home folder', async (t) => {
  const folder = await folderOf(t)
  requireOwnPlace(join(folder, 'a/b/c'), {})
  assert.throws(
    () => requireOwnPlace(join(folder, 'home/.local/state'), { HOME: join(folder, 'home') }),
    /the home folder .*\/home \(HOME\) does not exist/,
  )
  if (!isRoot) return
  await mkdir(join(folder, 'theirs'))
  await chown(join(folder, 'theirs'), another, another)
  assert.throws(() => requireOwnPlace(join(folder, 'theirs/run/porla-lua'), {}), theirs)
})
