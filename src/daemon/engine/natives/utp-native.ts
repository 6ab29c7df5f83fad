import { createRequire } from 'node:module'

/**
 * Stands in for webtorrent's lib/utp.cjs in the bundle: uTP, or an empty object without it, which webtorrent takes
 * as "not supported". The original prints a whole stack then; here the host says it, in client.ts.
 */
function load(): object {
  try {
    return createRequire(import.meta.url)('utp-native')
  } catch {
    return {}
  }
}

export default load()
