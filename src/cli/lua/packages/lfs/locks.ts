import { symlinkSync, unlinkSync } from 'node:fs'
import type { Api, ApiClass } from '../../api/describe.ts'
import { failureCode } from '../../stdlib/errno.ts'
import { type ByteString, checkFileName, pathOf } from '../../stdlib/names.ts'
import { pushReason } from '../../stdlib/results.ts'
import { encodeExact } from '../../vm/byte-text.ts'
import type { State } from '../../vm/c-api.ts'
import { ArgumentError } from '../../vm/errors.ts'

/** Errors when the argument is no file of `io`. */
export function checkFile(api: Api, L: State, arg: number): void {
  if (api.raw._luaL_testudata(L, arg, api.lua.name('FILE*')) === 0) {
    throw new ArgumentError(arg, `file expected, got ${api.lua.typeName(L, arg)}`)
  }
}

/** ENOSYS: Node has no call that locks part of a file, and a lock that does not hold would be a lie. */
export function pushNoLocks(api: Api, L: State): number {
  api.lua.pushNil(L)
  api.lua.pushText(L, 'Function not implemented: files cannot be locked here; use lfs.lock_dir')
  api.lua.pushInteger(L, 38)
  return 3
}

interface DirectoryLock {
  readonly path: ByteString
  held: boolean
}

function free(lock: DirectoryLock): void {
  if (!lock.held) return
  lock.held = false
  try {
    unlinkSync(pathOf(lock.path))
  } catch (error) {
    // Somebody else has removed it, or its folder.
    if (failureCode(error) === undefined) throw error
  }
}

export const lockClass: ApiClass<DirectoryLock> = {
  name: 'DirectoryLock',
  doc: 'A lock that `lfs.lock_dir` has got.',
  origin: 'own',
  members: [
    {
      kind: 'method',
      name: 'free',
      signature: '()',
      doc: 'Lets go of the lock; so does its collection. Nothing happens the second time.',
      origin: 'own',
      call: (_api, _L, self) => {
        free(self)
        return 0
      },
    },
  ],
  collected: free,
}

/** A link named `lockfile.lfs`, as LuaFileSystem makes it, so that both keep out each other. */
export function pushDirectoryLock(api: Api, L: State): number {
  const path = `${checkFileName(api.lua, L, 1)}/lockfile.lfs`
  try {
    symlinkSync('lock', pathOf(path))
  } catch (error) {
    return pushReason(api.lua, L, error)
  }
  const absolute = path.startsWith('/') ? path : `${encodeExact(api.cwd()).toString('latin1')}/${path}`
  api.push(L, lockClass, { path: absolute, held: true })
  return 1
}
