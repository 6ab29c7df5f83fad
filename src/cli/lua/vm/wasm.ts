import { readFileSync } from 'node:fs'
import type { LuaExports } from './c-api.ts'
import { libc } from './libc.ts'
import { Trampolines } from './trampolines.ts'

const pageBytes = 65_536

/** What the module exports beside Lua: memory, function table, and emscripten's helpers. */
interface ModuleExports {
  memory: WebAssembly.Memory
  __indirect_function_table: WebAssembly.Table
  __wasm_call_ctors(): void
  emscripten_stack_init(): void
  stackSave(): number
  stackRestore(pointer: number): void
  setThrew(threw: number, value: number): void
}

/** Loads the WASM module: in a bundle it lies beside it, else in wasmoon. */
export async function loadLua(): Promise<LuaExports> {
  const bundled = !import.meta.url.endsWith('.ts')
  return instantiate(
    new URL(bundled ? './glue.wasm' : import.meta.resolve('wasmoon/dist/glue.wasm'), import.meta.url),
  )
}

/**
 * Instantiates wasmoon's Lua without wasmoon's JavaScript. That is a debug build of emscripten's runtime: it takes
 * 8 ms at every start, a fifth of a short script, to make a file system in memory, an environment and checks, none
 * of which is wanted; and it puts a checking wrapper around each function of Lua.
 */
function instantiate(wasmFile: string | URL): LuaExports {
  const module = new WebAssembly.Module(readFileSync(wasmFile))
  let views: Views | undefined
  let exports: ModuleExports | undefined
  const whole = (): ModuleExports => exports as ModuleExports

  const emscripten = {
    /** A protected call of C: a longjmp (thrown as Infinity by the function below) ends here. */
    invoke_vii(index: number, a: number, b: number): void {
      const stack = whole().stackSave()
      try {
        const callee = whole().__indirect_function_table.get(index) as (a: number, b: number) => void
        callee(a, b)
      } catch (error) {
        whole().stackRestore(stack)
        if (error !== Number.POSITIVE_INFINITY) throw error
        whole().setThrew(1, 0)
      }
    },
    _emscripten_throw_longjmp(): never {
      throw Number.POSITIVE_INFINITY
    },
    /** Called by malloc when the memory is full. 1 when it has grown to `bytes`, 0 when that is too much. */
    emscripten_resize_heap(bytes: number): number {
      const { memory } = whole()
      const wanted = bytes >>> 0
      const old = memory.buffer.byteLength
      // More than asked, so that growing a large string does not come here for each step.
      for (const size of [Math.max(wanted, Math.min(old * 1.2, wanted + 100_663_296)), wanted]) {
        try {
          memory.grow(Math.ceil((size - old) / pageBytes))
          views?.renew(memory.buffer)
          return 1
        } catch {
          // The exact size next; then it is Lua's "not enough memory".
        }
      }
      return 0
    },
  }
  const c = libc(() => whole().memory.buffer)
  const instance = new WebAssembly.Instance(module, {
    env: { ...c.env, ...emscripten },
    wasi_snapshot_preview1: c.wasi,
  })
  exports = instance.exports as unknown as ModuleExports
  exports.emscripten_stack_init()
  exports.__wasm_call_ctors()
  views = makeExports(instance.exports, exports)
  return views as unknown as LuaExports
}

interface Views {
  renew(buffer: ArrayBuffer): void
}

/** The functions as `_name`, the memory as typed arrays that follow its growth, and the function table. */
function makeExports(functions: Record<string, WebAssembly.ExportValue>, exports: ModuleExports): Views {
  const trampolines = new Trampolines(exports.__indirect_function_table)
  // On a prototype, so that V8 treats so many properties as the constants they are.
  class Exports {
    HEAPU8!: Uint8Array
    HEAPU32!: Uint32Array
    HEAP32!: Int32Array
    addFunction = trampolines.add.bind(trampolines)
    removeFunction = trampolines.remove.bind(trampolines)

    constructor() {
      this.renew(exports.memory.buffer)
    }

    renew(buffer: ArrayBuffer): void {
      this.HEAPU8 = new Uint8Array(buffer)
      this.HEAPU32 = new Uint32Array(buffer)
      this.HEAP32 = new Int32Array(buffer)
    }
  }
  const prototype = Exports.prototype as unknown as Record<string, unknown>
  for (const name in functions) prototype[`_${name}`] = functions[name]
  return new Exports()
}
