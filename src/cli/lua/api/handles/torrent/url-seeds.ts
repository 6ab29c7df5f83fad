import { readText } from '../../convert.ts'
import type { MethodMember } from '../../describe.ts'
import { keyOf } from '../../values/torrent-ref.ts'
import type { HandleValue } from '../handle-value.ts'
import { listMember } from './list-member.ts'

/** A method that adds or removes the web seed of a url. */
function change(how: 'add' | 'remove', doc: string): MethodMember<HandleValue> {
  const call: MethodMember<HandleValue>['call'] = (api, L, self) => {
    const url = api.argument(2, () => readText(api.lua, L, 2))
    api.call(`torrents.url_seeds.${how}`, { ...keyOf(self.torrent), url })
    return 0
  }
  return { kind: 'method', name: `${how}_url_seed`, signature: '(url: string)', doc, origin: 'own', call }
}

/** The web seeds of a torrent. */
export const urlSeedMembers: readonly MethodMember<HandleValue>[] = [
  change(
    'add',
    'Adds a web server that has the files (BEP 19), and keeps it. A running torrent uses it at once. The url is that ' +
      'of the file, or, ending in `/`, of the folder that holds the file or the top folder. One that fails rests for ' +
      'a while; one that sends bad data is left out until the torrent starts again.',
  ),
  change('remove', 'Removes a web seed, also one of the torrent file. Nothing happens when it is not there.'),
  listMember(
    'url_seeds',
    'string',
    'The urls of its web seeds: those of its file or link, and those that were added.',
    'own',
    (api, torrent) => api.call('torrents.url_seeds.list', torrent).url_seeds,
    (api, L, url) => api.lua.pushText(L, url),
  ),
]
