import { noEffect } from '../../../program/no-effect.ts'
import type { Method, Params, Result } from '../../../rpc/contract/index.ts'
import { changingMethods } from '../../daemon/changing-methods.ts'
import type { Channel } from '../../daemon/channel.ts'
import type { DaemonOptions } from '../../options.ts'
import type { EventLoop } from '../loop/loop.ts'
import { ArgumentError, WrongValue } from '../vm/errors.ts'
import type { Lua } from '../vm/lua.ts'
import { type LuaExports, registryIndex, type State } from '../vm/raw.ts'
import { UserdataType } from '../vm/userdata.ts'
import { bind } from './binding.ts'
import type { ApiClass } from './describe.ts'
import { PartialStatuses } from './partial-statuses.ts'
import { torrentIdOf } from './torrent-ref.ts'

export interface ApiOptions {
  channel: Channel
  /** Current directory, against which relative paths are made absolute. */
  cwd: () => string
  /** Shows a warning of the daemon. Each text comes once. */
  warn: (text: string) => void
  /** What the packages use of the program. */
  host: ApiHost
}

/** What surrounds the VM, for the packages. */
export interface ApiHost {
  readonly env: NodeJS.ProcessEnv
  /** Options of the command line that say where configuration and state are. */
  readonly daemon: DaemonOptions
  /** Name of the script in the configuration: its file's without `.lua`. undefined when it is no file. */
  readonly script?: string | undefined
  /** What goes on after the script's main chunk. */
  readonly loop: EventLoop
  /** Writes to stderr, in order with what the script writes there. */
  say: (text: string) => void
  /** Writes what stdout has buffered, before the script waits for something. */
  settle: () => void
  /** The same for what may be quick: not each time. */
  keepUp: () => void
}

/** Index of a C function's first upvalue (lua_upvalueindex). */
const upvalue = registryIndex - 1

/** What the classes of the API share: one per VM. Metatables are made when a class is first used. */
export class Api {
  readonly lua: Lua
  readonly raw: LuaExports
  readonly channel: Channel
  readonly partials = new PartialStatuses()
  /** Torrents whose category or tags this script has changed: what a page said of those is old. */
  readonly relabelled = new Set<string>()
  readonly cwd: () => string
  readonly host: ApiHost
  #client: string | undefined
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

  constructor(lua: Lua, options: ApiOptions) {
    this.lua = lua
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

  /** Calls the daemon. Throws RpcError, which becomes a Lua error when it leaves a host function. */
  call<M extends Method>(method: M, params: Params<M>): Result<M> {
    if (method === 'torrents.userdata.update') this.relabelled.add(torrentIdOf(params))
    else if (changingMethods.has(method)) this.partials.complete(this, params)
    return this.channel.call(method, params)
  }

  /** Makes this script's connections one for the daemon: what is posted over one is heard over the other. */
  get client(): string {
    this.#client ??= crypto.randomUUID()
    return this.#client
  }

  /** Shows what the daemon accepted without effect. */
  warn(warnings: readonly string[]): void {
    for (const text of warnings) {
      if (this.#warned.has(text)) continue
      this.#warned.add(text)
      this.#warn(text)
    }
  }

  /** Shows which settings were changed in vain: each name once in a script. */
  warnNoEffect(names: readonly string[]): void {
    const news = names.filter((name) => !this.#withoutEffect.has(name))
    for (const name of news) this.#withoutEffect.add(name)
    if (news.length > 0) this.#warn(noEffect(news))
  }

  // -- objects -------------------------------------------------------------------------------------------------

  push<T>(L: State, cls: ApiClass<T>, value: T): void {
    this.#type(cls).push(L, value)
  }

  /** The object at an index, undefined when something else is there. */
  test<T>(L: State, idx: number, cls: ApiClass<T>): T | undefined {
    return this.#type(cls).test(L, idx)
  }

  /** The object at an index and its class, whatever it is; undefined when something else is there. */
  objectAt(L: State, idx: number): { cls: ApiClass<unknown>; value: unknown } | undefined {
    for (const [cls, type] of this.#types) {
      const value = (type as UserdataType<unknown>).test(L, idx)
      if (value !== undefined) return { cls: cls as ApiClass<unknown>, value }
    }
    return undefined
  }

  /** The object of an argument, or the standard error. */
  check<T>(L: State, arg: number, cls: ApiClass<T>): T {
    return this.#type(cls).check(L, arg)
  }

  /** The object at an index as an assigned value. */
  read<T>(L: State, idx: number, cls: ApiClass<T>): T {
    const value = this.test(L, idx, cls)
    if (value === undefined) throw new WrongValue(`${cls.name} expected, got ${this.lua.typeName(L, idx)}`)
    return value
  }

  /** Reads an argument with one of the readers in values.ts. */
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

  /** Pushes a new Lua function; it lives as long as the VM, so make each once. */
  pushFunction(L: State, fn: (L: State) => number): void {
    this.raw._lua_pushlightuserdata(L, this.#functions.push(fn) - 1)
    this.raw._lua_pushcclosure(L, this.#callFunction, 1)
  }

  /** Pushes `next`, whatever the script has made of the global of that name. */
  pushNext(L: State): void {
    this.#next ??= this.lua.define((S) => {
      this.raw._lua_settop(S, 2)
      if (this.raw._lua_next(S, 1)) return 2
      this.raw._lua_pushnil(S)
      return 1
    })
    this.raw._lua_pushcclosure(L, this.#next, 0)
  }

  /**
   * Pushes a function for `for ... in`: each call of `next` pushes the next values and returns how many, 0 at
   * the end, which the script sees as nil. Collected with the loop.
   */
  pushIterator(L: State, next: (L: State) => number): void {
    this.#iterators ??= new UserdataType<(L: State) => number>(this.lua, 'porla.Iterator', {})
    this.#iterators.push(L, next)
    this.raw._lua_pushcclosure(L, this.#callIterator, 1)
  }
}
