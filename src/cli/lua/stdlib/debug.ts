import type { HostFunction, Lua } from '../vm/lua.ts'
import { loadBytes } from './chunk.ts'
import type { Stream } from './stream.ts'

/** `debug.debug`: runs lines from stdin until one reads "cont" or there are no more. */
export function debugFunction(lua: Lua, stdin: Stream, stderr: Stream): HostFunction {
  const { raw } = lua
  return (L) => {
    for (;;) {
      stderr.writeBytes(Buffer.from('lua_debug> '))
      const found = stdin.readLine(L, true)
      const line = lua.bytes(L, -1) as Uint8Array
      lua.pop(L, 1)
      if (!found || Buffer.from(line).toString('latin1') === 'cont\n') return 0
      const status = loadBytes(lua, L, line, '=(debug command)')
      if (status !== 0 || raw._lua_pcallk(L, 0, 0, 0, 0, 0) !== 0) {
        raw._luaL_tolstring(L, -1, 0)
        stderr.writeBytes(Buffer.concat([lua.bytes(L, -1) as Uint8Array, Buffer.from('\n')]))
      }
      raw._lua_settop(L, 0)
    }
  }
}
