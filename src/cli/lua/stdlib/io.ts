import { encodeExact } from '../vm/byte-text.ts'
import { LuaType, type State } from '../vm/c-api.ts'
import { ArgumentError, LuaError } from '../vm/errors.ts'
import type { HostFunction, Lua } from '../vm/lua.ts'
import type { Default, DefaultFiles } from './default-files.ts'
import { systemFailure } from './errno.ts'
import type { FileTable, OpenFile } from './files.ts'
import type { LineIterators } from './lines.ts'
import {
  type ByteString,
  checkCommand,
  checkFileName,
  checkOption,
  optByteString,
  optInteger,
  readable,
} from './names.ts'
import { modePattern, type Opener } from './open.ts'
import type { ProcessFiles } from './process-files.ts'
import { pushFailure, pushOutcome } from './results.ts'
import type { Transfer } from './transfer.ts'

export interface IoParts {
  readonly lua: Lua
  readonly files: FileTable
  readonly defaults: DefaultFiles
  readonly transfer: Transfer
  readonly lines: LineIterators
  readonly opener: Opener
  readonly processes: ProcessFiles
}

/** The methods of files (Lua manual, section 6.8). */
export function fileMethods({ lua, files, transfer, lines }: IoParts): Record<string, HostFunction> {
  return {
    close: (L) => {
      files.check(L)
      return files.close(L, 1)
    },
    flush: (L) => {
      const { stream } = files.check(L)
      return pushOutcome(lua, L, () => stream.flush())
    },
    lines: (L) => {
      files.check(L)
      lines.push(L, false)
      return 1
    },
    read: (L) => transfer.read(L, files.check(L).stream, 2, lua.raw._lua_gettop(L) - 1),
    seek: (L) => {
      const { stream } = files.check(L)
      const whence = checkOption(lua, L, 2, ['set', 'cur', 'end'], 'cur')
      const offset = optInteger(lua, L, 3, 0)
      try {
        lua.pushInteger(L, stream.seek(whence, offset))
        return 1
      } catch (error) {
        return pushFailure(lua, L, error)
      }
    },
    setvbuf: (L) => {
      const { stream } = files.check(L)
      const mode = checkOption(lua, L, 2, ['no', 'full', 'line'])
      // A hint, which glibc ignores too.
      optInteger(lua, L, 3, 0)
      return pushOutcome(lua, L, () => stream.setBuffering(mode))
    },
    write: (L) => {
      const file = files.check(L)
      const last = lua.raw._lua_gettop(L)
      lua.raw._lua_pushvalue(L, 1)
      return writeValues(transfer, L, file, 2, last)
    },
  }
}

/** The functions of `io`. */
export function ioFunctions(parts: IoParts): Record<string, HostFunction> {
  const { lua, files, defaults, transfer, lines, opener, processes } = parts
  const { raw } = lua

  const openInto = (L: State, name: ByteString, mode: string) => {
    const pointer = files.push(L)
    files.attach(pointer, opener.open(L, name, mode))
  }

  /** As `io.open`, but a failure is an error. */
  const openOrRaise = (L: State, arg: number, mode: string) => {
    const name = checkFileName(lua, L, arg)
    try {
      openInto(L, name, mode)
    } catch (error) {
      const failure = systemFailure(error)
      throw failure ? new LuaError(`cannot open file '${readable(name)}' (${failure.message})`) : error
    }
  }

  /** `io.input` and `io.output`: sets the default file when there is an argument, and gives it. */
  const defaultFile = (which: Default, mode: string): HostFunction => {
    return (L) => {
      if (!lua.isNoneOrNil(L, 1)) {
        const type = lua.type(L, 1)
        if (type === LuaType.string || type === LuaType.number) {
          openOrRaise(L, 1, mode)
        } else {
          files.check(L)
          raw._lua_pushvalue(L, 1)
        }
        defaults.set(L, which)
      }
      defaults.push(L, which)
      return 1
    }
  }

  return {
    close: (L) => {
      if (lua.type(L, 1) === LuaType.none) defaults.push(L, 'output')
      files.check(L)
      return files.close(L, 1)
    },
    flush: (L) => {
      const { stream } = defaults.pushOpen(L, 'output')
      return pushOutcome(lua, L, () => stream.flush())
    },
    input: defaultFile('input', 'r'),
    lines: (L) => {
      if (lua.type(L, 1) === LuaType.none) lua.pushNil(L)
      if (lua.type(L, 1) === LuaType.nil) {
        defaults.push(L, 'input')
        replace(lua, L, 1)
        files.check(L)
        lines.push(L, false)
        return 1
      }
      openOrRaise(L, 1, 'r')
      replace(lua, L, 1)
      lines.push(L, true)
      // For the generic for: iterator, state, control, and the file as its to-be-closed value.
      lua.pushNil(L)
      lua.pushNil(L)
      raw._lua_pushvalue(L, 1)
      return 4
    },
    open: (L) => {
      const name = checkFileName(lua, L, 1)
      const mode = optByteString(lua, L, 2) ?? 'r'
      if (!modePattern.test(mode)) throw new ArgumentError(2, 'invalid mode')
      try {
        openInto(L, name, mode)
        return 1
      } catch (error) {
        return pushFailure(lua, L, error, name)
      }
    },
    output: defaultFile('output', 'w'),
    popen: (L) => {
      const command = checkCommand(lua, L, 1)
      const mode = optByteString(lua, L, 2) ?? 'r'
      if (mode !== 'r' && mode !== 'w') throw new ArgumentError(2, 'invalid mode')
      try {
        const pointer = files.push(L)
        // As in C, so that what was written before appears before what the command writes.
        files.flushAll()
        files.attach(pointer, processes.open(L, command, mode))
        return 1
      } catch (error) {
        return pushFailure(lua, L, error, encodeExact(command).toString('latin1'))
      }
    },
    read: (L) => {
      const count = raw._lua_gettop(L)
      return transfer.read(L, defaults.pushOpen(L, 'input').stream, 1, count)
    },
    tmpfile: (L) => {
      try {
        const pointer = files.push(L)
        files.attach(pointer, opener.openTemporary(L))
        return 1
      } catch (error) {
        return pushFailure(lua, L, error)
      }
    },
    type: (L) => {
      if (lua.type(L, 1) === LuaType.none) throw new ArgumentError(1, 'value expected')
      const kind = files.kind(L, 1)
      if (kind) lua.pushName(L, kind)
      else lua.pushNil(L)
      return 1
    },
    write: (L) => {
      const last = raw._lua_gettop(L)
      return writeValues(transfer, L, defaults.pushOpen(L, 'output'), 1, last)
    },
  }
}

/** As `write` of files; what goes to standard output is soon seen. */
function writeValues(
  transfer: Transfer,
  L: State,
  { stream, standard }: OpenFile,
  first: number,
  last: number,
): number {
  const results = transfer.write(L, stream, first, last)
  if (!standard) return results
  try {
    stream.keepUp()
  } catch (error) {
    // The bytes stay in the buffer; the end of the program tells.
    if (systemFailure(error) === undefined) throw error
  }
  return results
}

/** Pops the value on top of the stack into an index (lua_replace). */
function replace(lua: Lua, L: State, idx: number): void {
  lua.raw._lua_copy(L, -1, idx)
  lua.pop(L, 1)
}
