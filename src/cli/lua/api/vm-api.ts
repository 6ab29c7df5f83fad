import { noEffect } from '../../../program/no-effect.ts'
import type { Method, Params, Result } from '../../../rpc/contract/index.ts'
import type { Channel } from '../../daemon/channel.ts'
import { type LuaExports, registryIndex, type State } from '../vm/c-api.ts'
import { ArgumentError, WrongValue } from '../vm/errors.ts'
import type { Lua } from '../vm/lua.ts'
import { UserdataType } from '../vm/userdata.ts'
import { bind } from './binding.ts'
import type { Api, ApiClass, ApiHost } from './describe.ts'
import type { TorrentRef } from './values/torrent-ref.ts'

export interface ApiOptions {
  channel: Channel
  /** Current directory, against which relative paths are made absolute. */
  cwd: () => string
  /** Shows a warning of the daemon. Each text comes once. */
  warn: (text: string) => void
  /** What the packages use of the program. */
  host: ApiHost
}

/** What the classes bring that is known only where all of them are: index.ts. */
export interface ApiWiring {
  /** Pushes the handle of a torrent. */
  pushTorrent(api: Api, L: State, torrent: TorrentRef): void
}

/** Index of a C function's first upvalue (lua_upvalueindex). */
const upvalue = registryIndex - 1

/** Metatables are made when a class is first used. */
export class VmApi implements Api {
  readonly lua: Lua
  readonly raw: LuaExports
  readonly channel: Channel
  readonly cwd: () => string
  readonly host: ApiHost
  readonly #wiring: ApiWiring
  #client: string | undefined
  readonly #listeners: ((method: Method, params: object) => void)[] = []
  readonly #shared = new Map<unknown, unknown>()
  readonly #warn: (text: string) => void
  readonly #warned = new Set<string>()
  /** Settings of which the script was told. */
  readonly #withoutEffect = new Set<string>()
  readonly #types = new Map<unknown, unknown>()
  readonly #functions: ((L: State) => number)[] = []
  readonly #callFunction: number
  readonly #callIterator: number
  #next: number | undefined
  #iterators: UserdataType<(L: State) => number> | undefined

  constructor(lua: Lua, options: ApiOptions, wiring: ApiWiring) {
    this.lua = lua
    this.#wiring = wiring
    this.raw = lua.raw
    this.channel = options.channel
    this.cwd = options.cwd
    this.host = options.host
    this.#warn = options.warn
    // A C function costs 20 µs to make. These two serve all, and find what they stand for in an upvalue.
    this.#callFunction = lua.define((L) => this.#functions[this.raw._lua_touserdata(L, upvalue)]!(L))
    this.#callIterator = lua.define((L) => {
      const next = this.#iterators?.test(L, upvalue)
      const count = next?.(L) ?? 0
      if (count > 0) return count
      this.raw._lua_pushnil(L)
      return 1
    })
  }

  // -- the daemon ----------------------------------------------------------------------------------------------

  call<M extends Method>(method: M, params: Params<M>): Result<M> {
    for (const listener of this.#listeners) listener(method, params)
    return this.channel.call(method, params)
  }

  beforeCall(listener: (method: Method, params: object) => void): void {
    this.#listeners.push(listener)
  }

  get client(): string {
    this.#client ??= crypto.randomUUID()
    return this.#client
  }

  warn(warnings: readonly string[]): void {
    for (const text of warnings) {
      if (this.#warned.has(text)) continue
      this.#warned.add(text)
      this.#warn(text)
    }
  }

  warnNoEffect(names: readonly string[]): void {
    const news = names.filter((name) => !this.#withoutEffect.has(name))
    for (const name of news) this.#withoutEffect.add(name)
    if (news.length > 0) this.#warn(noEffect(news))
  }

  shared<T>(make: (api: Api) => T): T {
    if (!this.#shared.has(make)) this.#shared.set(make, make(this))
    return this.#shared.get(make) as T
  }

  // -- objects -------------------------------------------------------------------------------------------------

  push<T>(L: State, cls: ApiClass<T>, value: T): void {
    this.#type(cls).push(L, value)
  }

  pushTorrent(L: State, torrent: TorrentRef): void {
    this.#wiring.pushTorrent(this, L, torrent)
  }

  test<T>(L: State, idx: number, cls: ApiClass<T>): T | undefined {
    return this.#type(cls).test(L, idx)
  }

  objectAt(L: State, idx: number): { cls: ApiClass<unknown>; value: unknown } | undefined {
    for (const [cls, type] of this.#types) {
      const value = (type as UserdataType<unknown>).test(L, idx)
      if (value !== undefined) return { cls: cls as ApiClass<unknown>, value }
    }
    return undefined
  }

  check<T>(L: State, arg: number, cls: ApiClass<T>): T {
    return this.#type(cls).check(L, arg)
  }

  read<T>(L: State, idx: number, cls: ApiClass<T>): T {
    const value = this.test(L, idx, cls)
    if (value === undefined) throw new WrongValue(`${cls.name} expected, got ${this.lua.typeName(L, idx)}`)
    return value
  }

  argument<T>(arg: number, read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw error instanceof WrongValue ? new ArgumentError(arg, error.message) : error
    }
  }

  #type<T>(cls: ApiClass<T>): UserdataType<T> {
    let type = this.#types.get(cls) as UserdataType<T> | undefined
    if (type === undefined) {
      type = bind(this, cls)
      this.#types.set(cls, type)
    }
    return type
  }

  // -- functions -----------------------------------------------------------------------------------------------

  pushFunction(L: State, fn: (L: State) => number): void {
    this.raw._lua_pushlightuserdata(L, this.#functions.push(fn) - 1)
    this.raw._lua_pushcclosure(L, this.#callFunction, 1)
  }

  pushNext(L: State): void {
    this.#next ??= this.lua.define((S) => {
      this.raw._lua_settop(S, 2)
      if (this.raw._lua_next(S, 1)) return 2
      this.raw._lua_pushnil(S)
      return 1
    })
    this.raw._lua_pushcclosure(L, this.#next, 0)
  }

  pushIterator(L: State, next: (L: State) => number): void {
    this.#iterators ??= new UserdataType<(L: State) => number>(this.lua, 'porla.Iterator', {})
    this.#iterators.push(L, next)
    this.raw._lua_pushcclosure(L, this.#callIterator, 1)
  }
}
