import type { Method, Params, Result } from '../../../rpc/contract/index.ts'
import type { Channel } from '../../daemon/channel.ts'
import type { DaemonOptions } from '../../options.ts'
import type { EventLoop } from '../loop/loop.ts'
import type { LuaExports, State } from '../vm/c-api.ts'
import type { HostFunction, Lua } from '../vm/lua.ts'
import type { TorrentRef } from './values/torrent-ref.ts'

/**
 * Where a name comes from: `seed`, the package page that was given; `porla`, Porla's source or full documentation;
 * `own`, an addition of porla-lua.
 */
export type Origin = 'seed' | 'porla' | 'own'

interface Named {
  readonly name: string
  /** What it does or holds: units, what nil means, what is raised. Present tense, for the reference page. */
  readonly doc: string
  readonly origin: Origin
}

interface Callable extends Named {
  /**
   * Parameters and results, as in LuaLS annotations: `(ip: string, port: integer)`, `(path: string): TorrentInfo?`.
   * `name?` may be left out, `type?` may be nil. Types are Lua's, or names of classes in `apiClasses`.
   */
  readonly signature: string
}

/** Called as `object:name(...)`: arguments start at index 2. */
export interface MethodMember<T> extends Callable {
  readonly kind: 'method'
  /** Pushes results and returns how many. */
  call(api: Api, L: State, self: T): number
}

/** Called as `Class.name(...)` or `module.name(...)`: arguments start at index 1. */
export interface StaticMember extends Callable {
  readonly kind: 'static'
  call(api: Api, L: State): number
}

export interface PropertyMember<T> extends Named {
  readonly kind: 'property'
  /** Lua type, as in signatures. */
  readonly type: string
  readonly unit?: string
  /** Pushes exactly one value. */
  get(api: Api, L: State, self: T): void
  /** Takes the value at `idx`; throws WrongValue for one that does not fit. Absent: read-only. */
  set?(api: Api, L: State, self: T, idx: number): void
}

/** A value of a module that never changes. */
export interface ConstantMember extends Named {
  readonly kind: 'constant'
  readonly value: string | number
}

export type Member<T> = MethodMember<T> | PropertyMember<T> | StaticMember

/** What documentation and typings need of a class. */
export interface ClassDescription {
  readonly name: string
  readonly doc: string
  readonly origin: Origin
  /** Set when the class is a global variable that holds its static functions. */
  readonly global?: boolean
  /** What operators and keys that are not members do, one sentence each. */
  readonly operators?: readonly string[]
  readonly members: readonly (Omit<MethodMember<never>, 'call'> | PropertyDescription | StaticMember)[]
}
export type PropertyDescription = Omit<PropertyMember<never>, 'get' | 'set'> & { readonly set?: unknown }

/** A class of the API: its members, described and implemented in one place. `T` is the value behind a userdata. */
export interface ApiClass<T> extends ClassDescription {
  readonly members: readonly Member<T>[]
  /** `==` with another object of this class. */
  equals?(a: T, b: T): boolean
  /** `tostring(x)`. */
  text?(self: T, api: Api): string
  /** `#x`. */
  length?(self: T, api: Api): number
  /** Reads a key that is no member: pushes one value and returns true, or false for the error. Key at index 2. */
  read?(api: Api, L: State, self: T): boolean
  /** Writes a key that is no member: true when taken, false for the error. Key at index 2, value at 3. */
  write?(api: Api, L: State, self: T): boolean
  /** For a name that is no member but that people look for here: where it is, as code. */
  elsewhere?(name: string): string | undefined
  /**
   * What `pairs(x)` and `json.encode` go through: pushes key and value, plain data both, and returns true, or returns
   * false at the end. Without it they go through the members of which `isData` is true.
   */
  pairs?(api: Api, self: T): (L: State) => boolean
  /** Whether a member is part of its data: a property, or a method without arguments. Absent: all properties are. */
  isData?(name: string): boolean
  /** Further metamethods. */
  readonly metamethods?: Record<string, (api: Api) => HostFunction>
  /** The script can no longer reach the value. */
  collected?(self: T, api: Api): void
}

/** What `require` returns: a table of functions and constants, unless `value` or `open` says otherwise. */
export interface ApiModule {
  readonly name: string
  readonly doc: string
  readonly origin: Origin
  readonly members: readonly (StaticMember | ConstantMember)[]
  /** Classes of the objects that its functions give, for the reference and the typings. */
  readonly classes?: readonly ClassDescription[]
  /** Set when the module is itself called: `require('x')(...)`; its table has no members then. */
  readonly callable?: Omit<StaticMember, 'name' | 'kind'>
  /** Set when the module is data: its type as in signatures, and what pushes it. */
  readonly data?: { readonly type: string; push(api: Api, L: State): void }
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
/** What the classes and modules of the API share: one per VM. `vm-api.ts` is its class, `index.ts` builds it. */
export interface Api {
  readonly lua: Lua
  readonly raw: LuaExports
  readonly channel: Channel
  readonly host: ApiHost
  /** Makes this script's connections one for the daemon: what is posted over one is heard over the other. */
  readonly client: string
  /** Current directory, against which relative paths are made absolute. */
  cwd(): string

  /** Calls the daemon. Throws RpcError, which becomes a Lua error when it leaves a host function. */
  call<M extends Method>(method: M, params: Params<M>): Result<M>
  /** Runs a function before each `call`, for whoever keeps what the daemon said. It may ask over `channel`. */
  beforeCall(listener: (method: Method, params: object) => void): void
  /** Shows what the daemon accepted without effect: each text once in a script. */
  warn(warnings: readonly string[]): void
  /** Shows which settings were changed in vain: each name once in a script. */
  warnNoEffect(names: readonly string[]): void
  /** The one thing of its kind of this VM: `make` makes it when it is first asked for. */
  shared<T>(make: (api: Api) => T): T

  push<T>(L: State, cls: ApiClass<T>, value: T): void
  /** Pushes the handle of a torrent, for objects that handles give and so cannot know of them. */
  pushTorrent(L: State, torrent: TorrentRef): void
  /** The object at an index, undefined when something else is there. */
  test<T>(L: State, idx: number, cls: ApiClass<T>): T | undefined
  /** The object at an index and its class, whatever it is; undefined when something else is there. */
  objectAt(L: State, idx: number): { cls: ApiClass<unknown>; value: unknown } | undefined
  /** The object of an argument, or the standard error. */
  check<T>(L: State, arg: number, cls: ApiClass<T>): T
  /** The object at an index as an assigned value; throws WrongValue. */
  read<T>(L: State, idx: number, cls: ApiClass<T>): T
  /** Reads an argument with one of the readers in convert.ts. */
  argument<T>(arg: number, read: () => T): T

  /** Pushes a new Lua function; it lives as long as the VM, so make each once. */
  pushFunction(L: State, fn: (L: State) => number): void
  /** Pushes `next`, whatever the script has made of the global of that name. */
  pushNext(L: State): void
  /**
   * Pushes a function for `for ... in`: each call of `next` pushes the next values and returns how many, 0 at
   * the end, which the script sees as nil. Collected with the loop.
   */
  pushIterator(L: State, next: (L: State) => number): void
}
