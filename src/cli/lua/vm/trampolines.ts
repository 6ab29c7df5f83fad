import type { Pointer } from './c-api.ts'

/** A host function as the VM calls it: numbers in, a number or nothing out. */
export type TableFunction = (...args: number[]) => number | undefined

/** How many functions of the common shape one small module brings. An API has some two hundred. */
const batchSize = 128
/** `int f(lua_State *)`, the shape of nearly all. */
const commonSignature = 'ii'

/**
 * Puts host functions into the VM's function table. A table takes only functions with a WASM type, so each has to
 * pass through a module that imports and exports it. Making one module a function takes 15 µs each at every start;
 * so modules are made for a batch, of imports that look up who is behind them.
 */
export class Trampolines {
  readonly #table: WebAssembly.Table
  /** Functions by place in their batch. */
  #batch: TableFunction[] = []
  /** Table index of the batch's first place. */
  #base = 0
  readonly #free: Pointer[] = []

  constructor(table: WebAssembly.Table) {
    this.#table = table
  }

  /** Address of a function for the VM. `signature` has one letter each for result and arguments: v, i (int). */
  add(fn: TableFunction, signature: string): Pointer {
    if (signature !== commonSignature) return this.#addAlone(fn, signature)
    if (this.#base === 0 || this.#batch.length === batchSize) this.#startBatch()
    this.#batch.push(fn)
    return this.#base + this.#batch.length - 1
  }

  /** Frees the place of a function that was added alone; places of a batch stay. */
  remove(pointer: Pointer): void {
    this.#table.set(pointer, null)
    this.#free.push(pointer)
  }

  #startBatch(): void {
    const batch: TableFunction[] = []
    const imports = Array.from({ length: batchSize }, (_, i) => (L: number) => (batch[i] as TableFunction)(L))
    this.#base = this.#table.grow(batchSize)
    for (const [i, fn] of typed(imports, commonSignature).entries()) this.#table.set(this.#base + i, fn)
    this.#batch = batch
  }

  #addAlone(fn: TableFunction, signature: string): Pointer {
    const pointer = this.#free.pop() ?? this.#table.grow(1)
    this.#table.set(pointer, typed([fn], signature)[0])
    return pointer
  }
}

/** WASM's code of i32. */
const int = 0x7f

/**
 * The functions with a WASM type: a module that imports them and exports them again, at most 128
 * (https://webassembly.github.io/spec/core/binary/modules.html). Written for speed, as it is part of every start.
 */
function typed(functions: TableFunction[], signature: string): WebAssembly.ExportValue[] {
  const names = functions.map((_, i) => String.fromCharCode(0x41 + (i >> 3), 0x61 + (i & 7)))
  const type = [1, 0x60, signature.length - 1]
  for (let i = 1; i < signature.length; i++) type.push(int)
  if (signature[0] === 'v') type.push(0)
  else type.push(1, int)
  const imports = [...leb128(names.length)]
  const exported = [...leb128(names.length)]
  for (const [i, name] of names.entries()) {
    const [first, second] = [name.charCodeAt(0), name.charCodeAt(1)]
    // Module `e`, the name, a function, of type 0. Then the name, a function, its number.
    imports.push(1, 0x65, 2, first, second, 0, 0)
    exported.push(2, first, second, 0, i)
  }
  const bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  for (const [id, content] of [
    [1, type],
    [2, imports],
    [7, exported],
  ] as const) {
    bytes.push(id, ...leb128(content.length))
    for (const byte of content) bytes.push(byte)
  }
  const e: Record<string, TableFunction> = {}
  for (const [i, name] of names.entries()) e[name] = functions[i] as TableFunction
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)), { e })
  return names.map((name) => exports[name] as WebAssembly.ExportValue)
}

/** Unsigned LEB128 of a number below 16384. */
function leb128(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >> 7]
}
