/** A request as it is sent. */
export interface Hop {
  readonly url: URL
  /** In capitals. */
  readonly method: string
  /** Names as given, values as latin1. */
  readonly headers: readonly [name: string, value: string][]
  readonly body: Uint8Array | undefined
}

/** Not for another host: they say who asks, or name the host that was asked first. */
const forOneHost = new Set(['authorization', 'cookie', 'host', 'proxy-authorization'])
/** They describe a body, and go with it. */
const ofBody = /^(content-|transfer-encoding$|expect$|trailer$)/

/**
 * What follows the answer to a request when redirects are followed (RFC 9110, 15.4): the next request, or undefined for
 * an answer that sends nowhere. 301 and 302 make a GET of a POST and 303 of everything but HEAD; 307 and 308 repeat the
 * request. Throws Error when the answer names a place that cannot be asked.
 */
export function redirected(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined
  if (!URL.canParse(location, hop.url.href)) throw new Error(`redirected to '${location}', which is no URL`)
  const url = new URL(location, hop.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`redirected to ${url.protocol}, which is neither http: nor https:`)
  }
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new Error('redirected from https: to http:, where others could read along')
  }
  const elsewhere = url.origin !== hop.url.origin
  const becomesGet = status === 303 ? hop.method !== 'HEAD' : status < 303 && hop.method === 'POST'
  const headers = hop.headers.filter(([given]) => {
    const name = given.toLowerCase()
    return !(elsewhere && forOneHost.has(name)) && !(becomesGet && ofBody.test(name))
  })
  return { url, headers, method: becomesGet ? 'GET' : hop.method, body: becomesGet ? undefined : hop.body }
}
