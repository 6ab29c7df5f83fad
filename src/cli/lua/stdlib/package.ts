import fs from 'node:fs'
import { registryIndex, type State } from '../vm/c-api.ts'
import { LuaError } from '../vm/errors.ts'
import type { HostFunction, Lua } from '../vm/lua.ts'
import { isLoaded, loadChunk } from './chunk.ts'
import {
  type ByteString,
  byteString,
  checkByteString,
  optByteString,
  pathOf,
  pushByteString,
  readable,
} from './names.ts'

/** Where Debian's Lua 5.4 looks, so that its `lua-*` packages are found. */
const defaultPath = [
  '/usr/local/share/lua/5.4/?.lua',
  '/usr/local/share/lua/5.4/?/init.lua',
  '/usr/local/lib/lua/5.4/?.lua',
  '/usr/local/lib/lua/5.4/?/init.lua',
  '/usr/share/lua/5.4/?.lua',
  '/usr/share/lua/5.4/?/init.lua',
  './?.lua',
  './?/init.lua',
].join(';')

/** Debian's name of the folder for this kind of processor, without those that it does not build for. */
const multiarch: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

const defaultCPath = [
  '/usr/local/lib/lua/5.4/?.so',
  ...(process.arch in multiarch ? [`/usr/lib/${multiarch[process.arch]}/lua/5.4/?.so`] : []),
  '/usr/lib/lua/5.4/?.so',
  '/usr/local/lib/lua/5.4/loadall.so',
  './?.so',
].join(';')

const noCModules = 'C modules cannot be loaded in porla-lua; look for one written in Lua only'

/**
 * Makes `require` and `package` work on the host's files: paths, `package.searchpath`, `package.loadlib` and the
 * searchers behind `package.preload`. `require` itself stays the VM's. `include` are folders to search first.
 */
export function installPackage(
  lua: Lua,
  options: { env: NodeJS.ProcessEnv; ignoreEnvironment: boolean; include: string[] },
): void {
  const { raw, L } = lua
  raw._lua_getglobal(L, lua.name('package'))
  const env = options.ignoreEnvironment ? {} : options.env
  const included = options.include.flatMap((folder) => [`${folder}/?.lua`, `${folder}/?/init.lua`])
  setText('path', [...included, pathFrom(env, 'LUA_PATH', defaultPath)].join(';'))
  setText('cpath', pathFrom(env, 'LUA_CPATH', defaultCPath))
  // Separators of folders and of templates, the mark for the name, and two that only C modules need.
  setText('config', '/\n;\n?\n!\n-\n')
  for (const [name, fn] of Object.entries(packageFunctions(lua))) lua.setFunction(L, name, fn)

  raw._lua_getfield(L, -1, lua.name('searchers'))
  const searchers = [luaSearcher(lua), cSearcher(lua, wholeName), cSearcher(lua, rootName)]
  for (const [i, searcher] of searchers.entries()) {
    // Its upvalue is the package table, which a script can hide but not take away.
    raw._lua_pushvalue(L, -2)
    raw._lua_pushcclosure(L, lua.define(searcher), 1)
    raw._lua_rawseti(L, -2, BigInt(i + 2))
  }
  lua.pop(L, 2)

  function setText(field: string, text: string): void {
    lua.pushText(L, text)
    raw._lua_setfield(L, -2, lua.name(field))
  }
}

/** The path in `NAME_5_4`, else in `NAME`, where ";;" stands for the default. */
function pathFrom(env: NodeJS.ProcessEnv, name: string, fallback: string): string {
  const path = env[`${name}_5_4`] ?? env[name]
  if (path === undefined) return fallback
  const at = path.indexOf(';;')
  if (at < 0) return path
  return [path.slice(0, at), fallback, path.slice(at + 2)].filter((part) => part !== '').join(';')
}

function packageFunctions(lua: Lua): Record<string, HostFunction> {
  return {
    loadlib: (L) => {
      checkByteString(lua, L, 1)
      checkByteString(lua, L, 2)
      lua.pushNil(L)
      lua.pushText(L, noCModules)
      lua.pushName(L, 'absent')
      return 3
    },
    searchpath: (L) => {
      const name = checkByteString(lua, L, 1)
      const path = checkByteString(lua, L, 2)
      const separator = optByteString(lua, L, 3) ?? '.'
      const replacement = optByteString(lua, L, 4) ?? '/'
      const found = searchPath(name, path, separator, replacement)
      if ('file' in found) {
        pushByteString(lua, L, found.file)
        return 1
      }
      lua.pushNil(L)
      pushByteString(lua, L, found.missing)
      return 2
    },
  }
}

/** The first file of a path's templates that can be read, or the text that lists those that cannot. */
function searchPath(
  name: ByteString,
  path: ByteString,
  separator: ByteString,
  replacement: ByteString,
): { file: ByteString } | { missing: ByteString } {
  const fileName = separator === '' ? name : name.replaceAll(separator, () => replacement)
  const tried = path.replaceAll('?', () => fileName).split(';')
  const file = tried.find(canOpen)
  if (file !== undefined) return { file }
  return { missing: `no file '${tried.join("'\n\tno file '")}'` }
}

/** As Lua asks: whether it opens for reading. Also true for a folder, whose loading then fails. */
function canOpen(file: ByteString): boolean {
  // Without an exception for what is not there, the usual case.
  if (file.includes('\0') || !fs.existsSync(pathOf(file))) return false
  try {
    fs.closeSync(fs.openSync(pathOf(file), 'r'))
    return true
  } catch {
    return false
  }
}

/** Searches in a path of the package table, which is the first upvalue. */
function searchField(lua: Lua, L: State, field: 'path' | 'cpath', name: ByteString) {
  const { raw } = lua
  raw._lua_getfield(L, registryIndex - 1, lua.name(field))
  const path = byteString(lua, L, -1)
  if (path === undefined) throw new LuaError(`'package.${field}' must be a string`)
  return searchPath(name, path, '.', '/')
}

function luaSearcher(lua: Lua): HostFunction {
  return (L) => {
    const name = checkByteString(lua, L, 1)
    const found = searchField(lua, L, 'path', name)
    if ('missing' in found) {
      pushByteString(lua, L, found.missing)
      return 1
    }
    if (!isLoaded(loadChunk(lua, L, found))) {
      throw loadingError(name, found.file, lua.text(L, -1) as string)
    }
    pushByteString(lua, L, found.file)
    return 2
  }
}

/** A searcher for C modules: they cannot be loaded, but a script should learn that one is there. */
function cSearcher(lua: Lua, nameOf: (name: ByteString) => ByteString | undefined): HostFunction {
  return (L) => {
    const name = checkByteString(lua, L, 1)
    const library = nameOf(name)
    if (library === undefined) return 0
    const found = searchField(lua, L, 'cpath', library)
    if ('file' in found) throw loadingError(name, found.file, noCModules)
    pushByteString(lua, L, found.missing)
    return 1
  }
}

const wholeName = (name: ByteString) => name
/** The library that may hold a submodule: what stands before the first point. */
const rootName = (name: ByteString) => (name.includes('.') ? name.slice(0, name.indexOf('.')) : undefined)

function loadingError(name: ByteString, file: ByteString, why: string): LuaError {
  return new LuaError(`error loading module '${readable(name)}' from file '${readable(file)}':\n\t${why}`)
}
