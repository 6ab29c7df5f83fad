import type { Handlers } from '../../rpc/contract/index.ts'
import type { propertyMethods } from '../../rpc/contract/properties.ts'
import { propertiesOf, setProperties } from '../session/actions/properties.ts'
import type { Find } from './find.ts'

/** Handlers of the methods about limits and flags. */
export function propertyHandlers(find: Find): Pick<Handlers, keyof typeof propertyMethods> {
  return {
    'torrents.properties.get': (key) => propertiesOf(find(key)[1]),
    'torrents.properties.set': (params) => ({ warnings: setProperties(...find(params), params) }),
  }
}
