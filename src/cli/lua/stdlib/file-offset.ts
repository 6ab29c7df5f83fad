/** The smallest WebAssembly module that exports a memory, which WASI needs for its results. */
const memoryOnly = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1, 7, 10, 1, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 0,
])
const whenceSet = 0

/**
 * lseek(2) on standard input, which node:fs does not have: Node's WASI does, over the very descriptor. False when it
 * was refused.
 */
export function setStdinOffset(offset: number): boolean {
  // It warns that it may change in a later Node: nothing to tell the user of a script.
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    const { WASI } = process.getBuiltinModule('node:wasi')
    const wasi = new WASI({ version: 'preview1', stdin: 0, returnOnExit: true })
    wasi.initialize(new WebAssembly.Instance(new WebAssembly.Module(memoryOnly), {}))
    const seek = wasi.wasiImport.fd_seek as (fd: number, to: bigint, whence: number, result: number) => number
    return seek(0, BigInt(offset), whenceSet, 8) === 0
  } finally {
    process.emitWarning = emitWarning
  }
}
