import { forTerminal } from '../../program/visible.ts'
import type { Runtime } from './runtime.ts'
import { LuaStatus, LuaType, multipleResults } from './vm/c-api.ts'

/** What a request for a line brings: the line without its newline, the end of the input, or a Ctrl-C. */
export type Input = { line: Uint8Array } | 'end' | 'cancelled'

/** Where the lines of the interactive mode come from. */
export interface Lines {
  /** Shows a prompt and waits for a line. */
  read(prompt: Uint8Array): Input | Promise<Input>
}

const mark = '<eof>'
const newline = Buffer.from('\n')

/**
 * The loop of lua.c's doREPL: reads a chunk, runs it, prints its results. A line is tried as an expression first; one
 * that stops in the middle of a statement is continued. An error leaves the loop alive. Ends at the end of the input.
 */
export async function repl(runtime: Runtime, terminal?: Lines): Promise<void> {
  const { lua } = runtime
  const { raw, L } = lua
  const lines = terminal ?? { read: readStandardInput }
  /** What the global of this name is as text, nil when there is none. */
  const promptText = lua.define((S) => {
    const name = lua.text(S, 1) as string
    if (raw._lua_getglobal(S, lua.name(name)) !== LuaType.nil) raw._luaL_tolstring(S, -1, 0)
    return 1
  })
  for (;;) {
    raw._lua_settop(L, 0)
    const input = await lines.read(prompt(true))
    if (input === 'end') break
    if (input === 'cancelled') continue
    const status = await load(input.line)
    if (status === 'cancelled') continue
    run(status)
  }
  raw._lua_settop(L, 0)
  runtime.stdlib.stdout.write(newline)

  /** Without a terminal: prompts and lines on stdout all the same, as lua with GNU readline does. */
  function readStandardInput(prompt: Uint8Array): Input {
    const { stdout, flush } = runtime.stdlib
    stdout.write(prompt)
    flush()
    const line = runtime.readLine()
    if (line === undefined) return 'end'
    stdout.write(Buffer.concat([line, newline]))
    return { line }
  }

  /** Pushes the function of a chunk that starts with this line, or the message. */
  async function load(first: Uint8Array): Promise<number | 'cancelled'> {
    const equals = first[0] === 0x3d
    let code = equals ? Buffer.concat([Buffer.from('return '), first.subarray(1)]) : Buffer.from(first)
    const expression = Buffer.concat([Buffer.from('return '), code, Buffer.from(';')])
    if (runtime.load({ code: expression, name: '=stdin' }) === LuaStatus.ok) return LuaStatus.ok
    lua.pop(L, 1)
    for (;;) {
      const status = runtime.load({ code, name: '=stdin' })
      if (status !== LuaStatus.errorSyntax || !lua.text(L, -1)?.endsWith(mark)) return status
      const more = await lines.read(prompt(false))
      if (more === 'cancelled') return more
      if (more === 'end') return status
      lua.pop(L, 1)
      code = Buffer.concat([code, newline, more.line])
    }
  }

  function run(loaded: number): void {
    const status = loaded === LuaStatus.ok ? runtime.call(0, multipleResults) : loaded
    if (status === LuaStatus.ok) print()
    else say(runtime.takeReport().message)
  }

  /** The results, all that is on the stack, through the script's own `print`. */
  function print(): void {
    const count = raw._lua_gettop(L)
    if (count === 0) return
    raw._luaL_checkstack(L, 20, lua.name('too many results to print'))
    raw._lua_getglobal(L, lua.name('print'))
    raw._lua_rotate(L, 1, 1)
    if (raw._lua_pcallk(L, count, 0, 0, 0, 0) !== LuaStatus.ok) {
      say(`porla-lua: error calling 'print' (${lua.text(L, -1) ?? '?'})`)
    }
  }

  function say(message: string): void {
    runtime.stdlib.flush()
    runtime.stdlib.stderr.write(Buffer.from(forTerminal(`${message}\n`, 2)))
  }

  /** The global `_PROMPT` or `_PROMPT2` as text, whatever it is. */
  function prompt(first: boolean): Uint8Array {
    const top = raw._lua_gettop(L)
    const fallback = Buffer.from(first ? '> ' : '>> ')
    raw._lua_pushcclosure(L, promptText, 0)
    lua.pushText(L, first ? '_PROMPT' : '_PROMPT2')
    const status = raw._lua_pcallk(L, 1, 1, 0, 0, 0)
    const text = status === LuaStatus.ok && lua.type(L, -1) !== LuaType.nil ? lua.bytes(L, -1) : undefined
    if (status !== LuaStatus.ok) say(`porla-lua: error in the prompt (${lua.text(L, -1) ?? '?'})`)
    raw._lua_settop(L, top)
    return text ?? fallback
  }
}
