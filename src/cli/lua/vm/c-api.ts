/** Address in the VM's memory: a `lua_State *`, a C string, a userdata block. */
export type Pointer = number
/** A `lua_State *`: the main state or a coroutine. */
export type State = Pointer

/**
 * The Lua C API as the WASM module exports it, without wasmoon's wrappers: those stop strings at NUL, re-encode
 * bytes, and cost 3 µs a call. Strings are addresses here; integers are BigInt.
 * Meaning of each: Lua 5.4 reference manual, section 4.
 */
export interface LuaExports {
  readonly HEAPU8: Uint8Array
  readonly HEAPU32: Uint32Array
  readonly HEAP32: Int32Array
  addFunction(fn: (...args: number[]) => number | undefined, signature: string): Pointer
  removeFunction(fn: Pointer): void
  _malloc(size: number): Pointer
  _free(block: Pointer): void
  _realloc(block: Pointer, size: number): Pointer
  _luaL_newstate(): State
  _luaL_openlibs(L: State): void
  _lua_close(L: State): void
  _lua_gettop(L: State): number
  _lua_settop(L: State, idx: number): void
  _lua_absindex(L: State, idx: number): number
  _lua_checkstack(L: State, n: number): number
  _luaL_checkstack(L: State, n: number, msg: Pointer): void
  _lua_pushvalue(L: State, idx: number): void
  _lua_rotate(L: State, idx: number, n: number): void
  _lua_copy(L: State, from: number, to: number): void
  _lua_xmove(from: State, to: State, n: number): void
  _lua_type(L: State, idx: number): number
  _lua_typename(L: State, type: number): Pointer
  _lua_isinteger(L: State, idx: number): number
  _lua_isnumber(L: State, idx: number): number
  _lua_isstring(L: State, idx: number): number
  _lua_iscfunction(L: State, idx: number): number
  _lua_isyieldable(L: State): number
  _lua_rawequal(L: State, a: number, b: number): number
  _lua_rawlen(L: State, idx: number): bigint
  _lua_tonumberx(L: State, idx: number, isnum: Pointer): number
  _lua_tointegerx(L: State, idx: number, isnum: Pointer): bigint
  _lua_stringtonumber(L: State, text: Pointer): number
  _lua_toboolean(L: State, idx: number): number
  _lua_tolstring(L: State, idx: number, len: Pointer): Pointer
  _luaL_tolstring(L: State, idx: number, len: Pointer): Pointer
  _lua_touserdata(L: State, idx: number): Pointer
  _lua_tothread(L: State, idx: number): State
  _lua_topointer(L: State, idx: number): Pointer
  _lua_pushnil(L: State): void
  _lua_pushboolean(L: State, value: number): void
  _lua_pushnumber(L: State, value: number): void
  _lua_pushinteger(L: State, value: bigint): void
  _lua_pushlstring(L: State, bytes: Pointer, length: number): Pointer
  _lua_pushcclosure(L: State, fn: Pointer, upvalues: number): void
  _lua_pushlightuserdata(L: State, p: Pointer): void
  _lua_pushthread(L: State): number
  _lua_createtable(L: State, narr: number, nrec: number): void
  _lua_getglobal(L: State, name: Pointer): number
  _lua_setglobal(L: State, name: Pointer): void
  _lua_getfield(L: State, idx: number, name: Pointer): number
  _lua_setfield(L: State, idx: number, name: Pointer): void
  _lua_gettable(L: State, idx: number): number
  _lua_settable(L: State, idx: number): void
  _lua_geti(L: State, idx: number, i: bigint): number
  _lua_seti(L: State, idx: number, i: bigint): void
  _lua_rawget(L: State, idx: number): number
  _lua_rawset(L: State, idx: number): void
  _lua_rawgeti(L: State, idx: number, i: bigint): number
  _lua_rawseti(L: State, idx: number, i: bigint): void
  _lua_rawgetp(L: State, idx: number, key: Pointer): number
  _lua_rawsetp(L: State, idx: number, key: Pointer): void
  _lua_next(L: State, idx: number): number
  _lua_len(L: State, idx: number): void
  _luaL_len(L: State, idx: number): number
  _lua_concat(L: State, n: number): void
  _lua_compare(L: State, a: number, b: number, op: number): number
  _lua_newuserdatauv(L: State, size: number, uservalues: number): Pointer
  _lua_getiuservalue(L: State, idx: number, n: number): number
  _lua_setiuservalue(L: State, idx: number, n: number): number
  _lua_setupvalue(L: State, idx: number, n: number): Pointer
  _lua_getmetatable(L: State, idx: number): number
  _lua_setmetatable(L: State, idx: number): number
  _luaL_newmetatable(L: State, name: Pointer): number
  _luaL_setmetatable(L: State, name: Pointer): void
  _luaL_testudata(L: State, idx: number, name: Pointer): Pointer
  _luaL_getmetafield(L: State, idx: number, name: Pointer): number
  _luaL_callmeta(L: State, idx: number, name: Pointer): number
  _luaL_getsubtable(L: State, idx: number, name: Pointer): number
  _luaL_ref(L: State, table: number): number
  _luaL_unref(L: State, table: number, ref: number): void
  _luaL_where(L: State, level: number): void
  _luaL_traceback(L: State, of: State, message: Pointer, level: number): void
  _luaL_argerror(L: State, arg: number, message: Pointer): number
  _luaL_typeerror(L: State, arg: number, type: Pointer): number
  _luaL_loadbufferx(L: State, bytes: Pointer, length: number, name: Pointer, mode: Pointer): number
  _lua_callk(L: State, nargs: number, nresults: number, ctx: number, k: Pointer): void
  _lua_pcallk(L: State, nargs: number, nresults: number, handler: number, ctx: number, k: Pointer): number
  _lua_error(L: State): number
  _lua_toclose(L: State, idx: number): void
  _lua_sethook(L: State, fn: Pointer, mask: number, count: number): void
  _lua_getinfo(L: State, what: Pointer, ar: Pointer): number
  _lua_getstack(L: State, level: number, ar: Pointer): number
  _lua_setwarnf(L: State, fn: Pointer, ud: Pointer): void
  _lua_newthread(L: State): State
  _lua_resume(L: State, from: State, narg: number, nres: Pointer): number
}

/** Status of a call (lua.h). */
export const LuaStatus = {
  ok: 0,
  yield: 1,
  errorRun: 2,
  errorSyntax: 3,
  errorMemory: 4,
  errorError: 5,
} as const

/** Type tags (lua.h). */
export const LuaType = {
  none: -1,
  nil: 0,
  boolean: 1,
  lightUserdata: 2,
  number: 3,
  string: 4,
  table: 5,
  function: 6,
  userdata: 7,
  thread: 8,
} as const

/** LUA_REGISTRYINDEX for wasmoon's LUAI_MAXSTACK of 1,000,000. */
export const registryIndex = -1_000_000 - 1000
/** LUA_MULTRET. */
export const multipleResults = -1
