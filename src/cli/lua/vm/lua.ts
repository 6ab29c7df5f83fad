import { decodeExact, encodeExact } from './byte-text.ts'
import { type LuaExports, LuaType, type Pointer, type State } from './c-api.ts'
import { ArgumentError, LuaError, Unwind } from './errors.ts'

/** A host function: arguments are on the stack from index 1; it pushes results and returns how many. */
export type HostFunction = (L: State) => number

const scratchBytes = 3 * 1024
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The Lua state and the ways across its border that keep values what they are: strings are bytes, integers stay
 * integers, host functions raise Lua errors. Every method takes the state it works on, since a host function may be
 * called from a coroutine.
 */
export class Lua {
  readonly raw: LuaExports
  /** The main state. */
  readonly L: State
  /** Turns a JavaScript error that is not one of ours into a Lua value on the stack; see `raise`. */
  pushForeignError: ((L: State, error: unknown) => boolean) | undefined
  /** The text of a userdata that serves as text, undefined for any other value. */
  textOf: ((L: State, idx: number) => string | undefined) | undefined
  /** Pushes the data of a userdata as a table; false, and nothing pushed, for any other value. */
  plainOf: ((L: State, idx: number) => boolean) | undefined

  readonly #names = new Map<string, Pointer>()
  readonly #lengthCell: Pointer
  /** Where short texts are put on their way to Lua, which copies them. */
  readonly #scratch: Pointer

  constructor(raw: LuaExports) {
    this.raw = raw
    this.L = raw._luaL_newstate()
    if (this.L === 0) throw new Error('not enough memory for a Lua state')
    this.#lengthCell = raw._malloc(8)
    this.#scratch = raw._malloc(scratchBytes)
    // known before it is needed: then there is no memory for it
    this.name('collectgarbage')
  }

  // -- strings -------------------------------------------------------------------------------------------------

  /** Address of a NUL-terminated constant, kept for the life of the VM: for names, not for data. */
  name(text: string): Pointer {
    let pointer = this.#names.get(text)
    if (pointer === undefined) {
      pointer = this.allocate(encoder.encode(`${text}\0`))
      this.#names.set(text, pointer)
    }
    return pointer
  }

  /** Copies bytes into the VM's memory; the caller frees. */
  allocate(bytes: Uint8Array): Pointer {
    let pointer = this.raw._malloc(bytes.length || 1)
    if (pointer === 0) {
      // as Lua's own allocations: garbage may still fill the memory
      this.#collectGarbage()
      pointer = this.raw._malloc(bytes.length || 1)
    }
    if (pointer === 0) throw new LuaError('not enough memory', { position: false })
    // HEAPU8 is read after the allocation, which can grow the memory and detach older views.
    this.raw.HEAPU8.set(bytes, pointer)
    return pointer
  }

  /** A full collection, by the function of Lua: the module does not export lua_gc. */
  #collectGarbage(): void {
    const { raw, L } = this
    if (raw._lua_checkstack(L, 2) === 0) return
    raw._lua_getglobal(L, this.name('collectgarbage'))
    if (raw._lua_iscfunction(L, -1)) raw._lua_callk(L, 0, 0, 0, 0)
    else this.pop(L, 1)
  }

  pushBytes(L: State, bytes: Uint8Array): void {
    const pointer = this.allocate(bytes)
    try {
      this.raw._lua_pushlstring(L, pointer, bytes.length)
    } finally {
      this.raw._free(pointer)
    }
  }

  pushText(L: State, text: string): void {
    const { raw } = this
    if (text.length > scratchBytes / 3) {
      this.pushBytes(L, encoder.encode(text))
      return
    }
    // Measured: 0.1 µs for short ASCII text, against 1.5 µs with the encoder and a block of its own.
    const heap = raw.HEAPU8
    const at = this.#scratch
    if (text.length <= 64) {
      let i = 0
      for (let code = 0; i < text.length; i++) {
        code = text.charCodeAt(i)
        if (code > 0x7f) break
        heap[at + i] = code
      }
      if (i === text.length) {
        raw._lua_pushlstring(L, at, i)
        return
      }
    }
    const { written } = encoder.encodeInto(text, heap.subarray(at, at + scratchBytes))
    raw._lua_pushlstring(L, at, written)
  }

  /** As `pushText`, for text with the bytes that were no UTF-8 (`decodeExact`). */
  pushExact(L: State, text: string): void {
    if (text.isWellFormed()) this.pushText(L, text)
    else this.pushBytes(L, encodeExact(text))
  }

  /** Pushes a short constant such as a field name, from the cache of `name`. */
  pushName(L: State, text: string): void {
    this.raw._lua_pushlstring(L, this.name(text), Buffer.byteLength(text))
  }

  /**
   * The bytes of a string (or number, which is converted in place) as a view into the VM's memory, valid until the
   * next call into the VM. undefined for any other type.
   */
  view(L: State, idx: number): Uint8Array | undefined {
    const pointer = this.raw._lua_tolstring(L, idx, this.#lengthCell)
    if (pointer === 0) return undefined
    const length = this.raw.HEAPU32[this.#lengthCell >> 2] as number
    return this.raw.HEAPU8.subarray(pointer, pointer + length)
  }

  /** As `view`, but a copy that stays. */
  bytes(L: State, idx: number): Uint8Array | undefined {
    return this.view(L, idx)?.slice()
  }

  /** Text of a string or number; bytes that are not UTF-8 become U+FFFD. undefined for any other type. */
  text(L: State, idx: number): string | undefined {
    const view = this.view(L, idx)
    return view && decoder.decode(view)
  }

  /** As `text`, but bytes that are not UTF-8 are kept (`encodeExact`). */
  exact(L: State, idx: number): string | undefined {
    const view = this.view(L, idx)
    return view && decodeExact(view)
  }

  /** Text of any value, as `tostring` gives it. May call `__tostring`. */
  display(L: State, idx: number): string {
    this.raw._luaL_tolstring(L, idx, 0)
    const text = this.text(L, -1) as string
    this.pop(L, 1)
    return text
  }

  // -- arguments -----------------------------------------------------------------------------------------------

  type(L: State, idx: number): number {
    return this.raw._lua_type(L, idx)
  }

  isNoneOrNil(L: State, idx: number): boolean {
    return this.raw._lua_type(L, idx) <= LuaType.nil
  }

  /** Raises the standard "bad argument" error for a value of the wrong type. */
  typeError(L: State, arg: number, expected: string): never {
    throw new ArgumentError(arg, `${expected} expected, got ${this.typeName(L, arg)}`)
  }

  /** Name of a value's type as error messages show it: `__name` of the metatable wins, as in luaL_typeerror. */
  typeName(L: State, idx: number): string {
    if (this.raw._luaL_getmetafield(L, idx, this.name('__name')) === LuaType.string) {
      const name = this.text(L, -1) as string
      this.pop(L, 1)
      return name
    }
    const type = this.type(L, idx)
    if (type === LuaType.lightUserdata) return 'light userdata'
    if (type === LuaType.none) return 'no value'
    return this.cText(this.raw._lua_typename(L, type))
  }

  /** A string argument as bytes (a view, see `view`); numbers are converted, as Lua's own functions do. */
  checkView(L: State, arg: number): Uint8Array {
    const type = this.type(L, arg)
    if (type !== LuaType.string && type !== LuaType.number) this.typeError(L, arg, 'string')
    return this.view(L, arg) as Uint8Array
  }

  checkBytes(L: State, arg: number): Uint8Array {
    return this.checkView(L, arg).slice()
  }

  /** A string argument that must be UTF-8, since it goes to the daemon as text. */
  checkText(L: State, arg: number): string {
    const view = this.checkView(L, arg)
    try {
      return strictDecoder.decode(view)
    } catch {
      throw new ArgumentError(arg, 'text in UTF-8 expected, got other bytes')
    }
  }

  /** A file name argument: text, or the exact bytes when they are not UTF-8 (both suit node:fs). No NUL inside. */
  checkPath(L: State, arg: number): string | Buffer {
    const view = this.checkView(L, arg)
    if (view.includes(0)) throw new ArgumentError(arg, 'file name contains a NUL byte')
    try {
      return strictDecoder.decode(view)
    } catch {
      return Buffer.from(view)
    }
  }

  /**
   * An integer argument; floats with an integral value are taken, as in Lua. Past 2^53 it is rounded: for functions
   * that compare it with a range of their own.
   */
  checkInteger(L: State, arg: number): number {
    const value = this.integer(L, arg)
    if (value === undefined) {
      if (this.raw._lua_isnumber(L, arg)) throw new ArgumentError(arg, 'number has no integer representation')
      this.typeError(L, arg, 'number')
    }
    return value
  }

  checkNumber(L: State, arg: number): number {
    if (!this.raw._lua_isnumber(L, arg)) this.typeError(L, arg, 'number')
    return this.raw._lua_tonumberx(L, arg, 0)
  }

  checkTable(L: State, arg: number): void {
    if (this.type(L, arg) !== LuaType.table) this.typeError(L, arg, 'table')
  }

  /** The integer at an index, undefined when it is none. Past 2^53 it is rounded: only to be compared with ranges. */
  integer(L: State, idx: number): number | undefined {
    const value = this.bigInteger(L, idx)
    return value === undefined ? undefined : Number(value)
  }

  /** The integer at an index, exactly; undefined when it is none. */
  bigInteger(L: State, idx: number): bigint | undefined {
    const value = this.raw._lua_tointegerx(L, idx, this.#lengthCell)
    return this.raw.HEAP32[this.#lengthCell >> 2] ? value : undefined
  }

  // -- results -------------------------------------------------------------------------------------------------

  pushInteger(L: State, value: number): void {
    this.raw._lua_pushinteger(L, BigInt(value))
  }

  pushNumber(L: State, value: number): void {
    this.raw._lua_pushnumber(L, value)
  }

  pushBoolean(L: State, value: boolean): void {
    this.raw._lua_pushboolean(L, value ? 1 : 0)
  }

  pushNil(L: State): void {
    this.raw._lua_pushnil(L)
  }

  pop(L: State, count: number): void {
    this.raw._lua_settop(L, -count - 1)
  }

  /** Removes the value at an index, shifting those above. */
  remove(L: State, idx: number): void {
    this.raw._lua_rotate(L, idx, -1)
    this.pop(L, 1)
  }

  // -- functions -----------------------------------------------------------------------------------------------

  /**
   * Makes a C function of a host function. It lives as long as the VM, so define each once.
   *
   * Inside, a thrown LuaError or ArgumentError becomes a Lua error. Infinity is emscripten's longjmp, a Lua error
   * that passes through: it and Unwind must go on. No code of ours may stand between the throw and the VM that
   * catches either.
   */
  define(fn: HostFunction): Pointer {
    return this.raw.addFunction((L) => {
      let failure: unknown
      try {
        return fn(L as State)
      } catch (error) {
        if (error === Number.POSITIVE_INFINITY || error instanceof Unwind) throw error
        // A trap inside the VM: its memory can no longer be trusted.
        if (error instanceof Error && error.name === 'RuntimeError') throw error
        failure = error
      }
      return this.raise(L as State, failure)
    }, 'ii')
  }

  pushFunction(L: State, fn: HostFunction | Pointer): void {
    this.raw._lua_pushcclosure(L, typeof fn === 'number' ? fn : this.define(fn), 0)
  }

  /** Sets `table[name]` for the table on top of the stack. */
  setFunction(L: State, name: string, fn: HostFunction | Pointer): void {
    this.pushFunction(L, fn)
    this.raw._lua_setfield(L, -2, this.name(name))
  }

  /** Raises a Lua error; does not return. Only to be called where no `catch` of ours can see the longjmp. */
  raise(L: State, error: unknown): number {
    if (error instanceof ArgumentError) {
      const message = this.allocate(encodeExact(`${error.message}\0`))
      // luaL_argerror copies the text before it jumps, but never gives control back: keep it reachable for a free.
      return this.#argumentError(L, error.argument, message)
    }
    if (error instanceof LuaError) {
      if (error.position) this.raw._luaL_where(L, 1)
      this.pushExact(L, error.message)
      if (error.position) this.raw._lua_concat(L, 2)
    } else if (error instanceof RangeError && /call stack/.test(error.message)) {
      this.pushText(L, 'stack overflow (calls, or tables in tables, are nested too deeply)')
    } else if (
      error instanceof RangeError &&
      /^(Invalid (array|string|typed array) |Array buffer )/.test(error.message)
    ) {
      this.pushText(L, 'not enough memory')
    } else if (!this.pushForeignError?.(L, error)) {
      this.pushText(
        L,
        `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      )
    }
    return this.raw._lua_error(L)
  }

  #argumentError(L: State, argument: number, message: Pointer): number {
    try {
      return this.raw._luaL_argerror(L, argument, message)
    } finally {
      this.raw._free(message)
    }
  }

  /** Text at an address, up to its NUL. */
  cText(pointer: Pointer): string {
    const heap = this.raw.HEAPU8
    return decoder.decode(heap.subarray(pointer, heap.indexOf(0, pointer)))
  }
}
