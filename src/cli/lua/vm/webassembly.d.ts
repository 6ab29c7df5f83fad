/** The part of WebAssembly's JavaScript interface that is used here; TypeScript has it only among browser types. */
declare namespace WebAssembly {
  type ExportValue = ((...args: number[]) => number) | Memory | Table
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, object>)
    readonly exports: Record<string, ExportValue>
  }
  class Memory {
    readonly buffer: ArrayBuffer
    /** Adds pages of 64 KiB; throws RangeError. */
    grow(pages: number): number
  }
  class Table {
    readonly length: number
    get(index: number): unknown
    set(index: number, value: unknown): void
    /** Returns the old length. */
    grow(entries: number): number
  }
  class RuntimeError extends Error {}
}
