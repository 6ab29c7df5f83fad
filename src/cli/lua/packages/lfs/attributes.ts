import { type BigIntStats, lstatSync, readlinkSync, statSync } from 'node:fs'
import type { Api } from '../../api/describe.ts'
import { systemFailure } from '../../stdlib/errno.ts'
import { byteString, checkFileName, pathOf, pushByteString } from '../../stdlib/names.ts'
import { LuaType, type State } from '../../vm/c-api.ts'
import { LuaError } from '../../vm/errors.ts'

type Attribute = (stats: BigIntStats) => bigint | string

/** LuaFileSystem's names and order. Times are whole seconds since 1970. */
const attributes: Readonly<Record<string, Attribute>> = {
  mode: (stats) => kindOf(stats),
  dev: ({ dev }) => dev,
  ino: ({ ino }) => ino,
  nlink: ({ nlink }) => nlink,
  uid: ({ uid }) => uid,
  gid: ({ gid }) => gid,
  rdev: ({ rdev }) => rdev,
  access: ({ atimeNs }) => seconds(atimeNs),
  modification: ({ mtimeNs }) => seconds(mtimeNs),
  change: ({ ctimeNs }) => seconds(ctimeNs),
  size: ({ size }) => size,
  permissions: ({ mode }) => permissions(Number(mode)),
  blocks: ({ blocks }) => blocks,
  blksize: ({ blksize }) => blksize,
}

/** Names for the type annotation. */
export const attributesType = `{${Object.keys(attributes)
  .map((name) => `${name}: ${name === 'mode' || name === 'permissions' ? 'string' : 'integer'}`)
  .join(', ')}, target?: string}`

function kindOf(stats: BigIntStats): string {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'link'
  if (stats.isSocket()) return 'socket'
  if (stats.isFIFO()) return 'named pipe'
  if (stats.isCharacterDevice()) return 'char device'
  return stats.isBlockDevice() ? 'block device' : 'other'
}

/** Rounded down, as C's time_t, before 1970 too. */
function seconds(nanoseconds: bigint): bigint {
  const billion = 1_000_000_000n
  const rest = ((nanoseconds % billion) + billion) % billion
  return (nanoseconds - rest) / billion
}

function permissions(mode: number): string {
  return [...'rwxrwxrwx'].map((letter, i) => (mode & (0o400 >> i) ? letter : '-')).join('')
}

/**
 * Pushes `attributes(path [, name | table])`: all in a table, the given one or a new one, or the one of a name; `nil,
 * message, errno` when the file cannot be looked at. `ofLink` looks at a link itself and knows its `target`.
 */
export function pushAttributes(api: Api, L: State, ofLink: boolean): number {
  const { lua, raw } = api
  const path = checkFileName(lua, L, 1)
  const isName = lua.type(L, 2) === LuaType.string
  let stats: BigIntStats
  let target: string | undefined
  try {
    const look = ofLink ? lstatSync : statSync
    stats = look(pathOf(path), { bigint: true }) as BigIntStats
    if (stats.isSymbolicLink()) target = readlinkSync(pathOf(path), 'latin1')
  } catch (error) {
    const failure = systemFailure(error)
    if (failure === undefined) throw error
    lua.pushNil(L)
    pushByteString(lua, L, `cannot obtain information from file '${path}': ${failure.message}`)
    lua.pushInteger(L, failure.errno)
    return 3
  }

  function push(name: string): boolean {
    const value = Object.hasOwn(attributes, name) ? attributes[name]?.(stats) : undefined
    if (typeof value === 'bigint') raw._lua_pushinteger(L, value)
    else if (value !== undefined) lua.pushText(L, value)
    else if (name === 'target' && ofLink && target !== undefined) pushByteString(lua, L, target)
    else if (name === 'target' && ofLink) lua.pushNil(L)
    else return false
    return true
  }

  if (isName) {
    const name = byteString(lua, L, 2) as string
    if (!push(name)) throw new LuaError(`invalid attribute name '${name}'`)
    return 1
  }
  raw._lua_settop(L, 2)
  if (lua.type(L, 2) !== LuaType.table) raw._lua_createtable(L, 0, 16)
  for (const name of [...Object.keys(attributes), ...(target === undefined ? [] : ['target'])]) {
    push(name)
    raw._lua_setfield(L, -2, lua.name(name))
  }
  return 1
}
