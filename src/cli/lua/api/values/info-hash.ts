import type { InfoHash } from '../../../../rpc/contract/types.ts'
import type { ApiClass } from '../describe.ts'

const zeroV1 = '0'.repeat(40)
const zeroV2 = '0'.repeat(64)

/** The hash of a handle whose torrent is gone, and of parameters that name none. */
export const noHash: InfoHash = [null, null]

export const infoHashClass: ApiClass<InfoHash> = {
  name: 'InfoHash',
  doc: 'What identifies a torrent: its v1 hash, its v2 hash, or both. There is no constructor.',
  origin: 'seed',
  operators: [
    '`a == b` compares both parts.',
    '`tostring(ih)` gives `[v1,v2]`, with zeros for a missing part.',
  ],
  members: [
    {
      kind: 'property',
      name: 'v1',
      type: 'string?',
      doc: '40 lower-case hex digits; nil for a torrent that is v2 only.',
      origin: 'seed',
      get: (api, L, self) => pushHash(api.lua, L, self[0]),
    },
    {
      kind: 'property',
      name: 'v2',
      type: 'string?',
      doc: '64 lower-case hex digits; nil for a torrent that is v1 only.',
      origin: 'porla',
      get: (api, L, self) => pushHash(api.lua, L, self[1]),
    },
  ],
  equals: (a, b) => a[0] === b[0] && a[1] === b[1],
  text: ([v1, v2]) => `[${v1 ?? zeroV1},${v2 ?? zeroV2}]`,
}

function pushHash(
  lua: { pushText(L: number, text: string): void; pushNil(L: number): void },
  L: number,
  hash: string | null,
) {
  if (hash === null) lua.pushNil(L)
  else lua.pushText(L, hash)
}

/** A hash as text; undefined when it is none. */
export function hashOfText(text: string): InfoHash | undefined {
  if (/^[0-9a-f]{40}$/i.test(text)) return [text.toLowerCase(), null]
  if (/^[0-9a-f]{64}$/i.test(text)) return [null, text.toLowerCase()]
  return undefined
}
