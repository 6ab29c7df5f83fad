/**
 * Thrown by host functions to raise a Lua error. The message gets the position of the calling Lua code in front,
 * as `error(message)` does, unless `position` is false.
 */
export class LuaError extends Error {
  readonly position: boolean
  constructor(message: string, options: { position?: boolean } = {}) {
    super(message)
    this.name = 'LuaError'
    this.position = options.position ?? true
  }
}

/** A wrong argument: reads `bad argument #2 to 'name' (message)`; Lua finds the function's name itself. */
export class ArgumentError extends Error {
  readonly argument: number
  constructor(argument: number, message: string) {
    super(message)
    this.name = 'ArgumentError'
    this.argument = argument
  }
}

/** Thrown for a value that does not fit; whoever knows its name (argument, property) turns it into a Lua error. */
export class WrongValue extends Error {}

/**
 * Leaves the VM at once, through every `pcall` of the script: for `os.exit`, a closed pipe, a time limit. The state
 * must not be used afterwards, since the WASM stack is not unwound.
 */
export class Unwind extends Error {
  readonly exitCode: number
  constructor(exitCode: number) {
    super(`exit ${exitCode}`)
    this.name = 'Unwind'
    this.exitCode = exitCode
  }
}
