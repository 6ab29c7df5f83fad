import type { State } from '../../../vm/c-api.ts'
import { pushList } from '../../convert.ts'
import type { Api, MethodMember, Origin } from '../../describe.ts'
import { keyOf } from '../../values/torrent-ref.ts'
import type { HandleValue } from '../handle-value.ts'

/** A method without arguments that returns a list: `ask` gets it from the daemon, `push` pushes one of its items. */
export function listMember<T>(
  name: string,
  itemType: string,
  doc: string,
  origin: Origin,
  ask: (api: Api, torrent: ReturnType<typeof keyOf>) => readonly T[],
  push: (api: Api, L: State, item: T) => void,
): MethodMember<HandleValue> {
  const call: MethodMember<HandleValue>['call'] = (api, L, self) => {
    pushList(api.lua, L, ask(api, keyOf(self.torrent)), (item) => push(api, L, item))
    return 1
  }
  return { kind: 'method', name, signature: `(): ${itemType}[]`, doc, origin, call }
}

/** A list of whole numbers. */
export function integerList(
  name: string,
  doc: string,
  origin: Origin,
  ask: (api: Api, torrent: ReturnType<typeof keyOf>) => readonly number[],
): MethodMember<HandleValue> {
  return listMember(name, 'integer', doc, origin, ask, ({ lua }, L, item) => lua.pushInteger(L, item))
}
