import type { Lua } from '../vm/lua.ts'
import { systemFailure } from './errno.ts'
import type { Stream } from './stream.ts'

const prefix = Buffer.from('Lua warning: ')
const newline = Buffer.from('\n')

/**
 * Sends warnings to stderr: those of `warn` and of errors in finalizers. Off until `warn("@on")`, as in `lua`. A
 * warning comes in pieces; a message of a single piece that starts with "@" is a command.
 */
export function installWarnings(lua: Lua, stderr: Stream): void {
  let on = false
  let continues = false
  const write = (bytes: Uint8Array) => {
    try {
      stderr.writeBytes(bytes)
    } catch (error) {
      // Without stderr there is nobody to tell.
      if (systemFailure(error) === undefined) throw error
    }
  }
  const receive = (_: number | undefined, message: number | undefined, toContinue: number | undefined) => {
    const from = message as number
    const heap = lua.raw.HEAPU8
    const text = heap.slice(from, heap.indexOf(0, from))
    const first = !continues
    continues = toContinue !== 0
    if (first && !continues && text[0] === 0x40) {
      const command = Buffer.from(text).toString('latin1')
      if (command === '@on') on = true
      else if (command === '@off') on = false
      return undefined
    }
    if (!on) return undefined
    if (first) write(prefix)
    write(text)
    if (!continues) write(newline)
    return undefined
  }
  lua.raw._lua_setwarnf(lua.L, lua.raw.addFunction(receive, 'viii'), 0)
}
