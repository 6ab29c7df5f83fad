import { pushList, readText } from '../../convert.ts'
import type { MethodMember } from '../../describe.ts'
import { keyOf } from '../../values/torrent-ref.ts'
import type { HandleValue } from '../handle-value.ts'

/** The web seeds of a torrent. */
export const urlSeedMembers: readonly MethodMember<HandleValue>[] = [
  {
    kind: 'method',
    name: 'add_url_seed',
    signature: '(url: string)',
    doc:
      'Adds a web server that has the files (BEP 19), and keeps it. A running torrent uses it at once. The url is that ' +
      'of the file, or, ending in `/`, of the folder that holds the file or the top folder. One that fails rests for ' +
      'a while; one that sends bad data is left out until the torrent starts again.',
    origin: 'own',
    call: (api, L, self) => {
      const url = api.argument(2, () => readText(api.lua, L, 2))
      api.call('torrents.url_seeds.add', { ...keyOf(self.torrent), url })
      return 0
    },
  },
  {
    kind: 'method',
    name: 'remove_url_seed',
    signature: '(url: string)',
    doc: 'Removes a web seed, also one of the torrent file. Nothing happens when it is not there.',
    origin: 'own',
    call: (api, L, self) => {
      const url = api.argument(2, () => readText(api.lua, L, 2))
      api.call('torrents.url_seeds.remove', { ...keyOf(self.torrent), url })
      return 0
    },
  },
  {
    kind: 'method',
    name: 'url_seeds',
    signature: '(): string[]',
    doc: 'The urls of its web seeds: those of its file or link, and those that were added.',
    origin: 'own',
    call: (api, L, self) => {
      const { url_seeds } = api.call('torrents.url_seeds.list', keyOf(self.torrent))
      pushList(api.lua, L, url_seeds, (url) => api.lua.pushText(L, url))
      return 1
    },
  },
]
