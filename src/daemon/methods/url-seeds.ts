import type { Handlers } from '../../rpc/contract/index.ts'
import type { urlSeedMethods } from '../../rpc/contract/url-seeds.ts'
import { addUrlSeed, removeUrlSeed, urlSeeds } from '../session/actions/url-seeds.ts'
import type { Find } from './find.ts'

/** Handlers of the methods about web seeds. */
export function urlSeedHandlers(find: Find): Pick<Handlers, keyof typeof urlSeedMethods> {
  return {
    'torrents.url_seeds.list': (key) => ({ url_seeds: urlSeeds(...find(key)) }),
    'torrents.url_seeds.add': ({ url, ...key }) => {
      addUrlSeed(...find(key), url)
      return null
    },
    'torrents.url_seeds.remove': ({ url, ...key }) => {
      removeUrlSeed(...find(key), url)
      return null
    },
  }
}
