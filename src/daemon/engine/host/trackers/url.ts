import { type LookupAddress, lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { domainToASCII } from 'node:url'
import { isLoopback } from '../../peer-address.ts'
import { codes } from './error-codes.ts'
import type { TrackerSettings } from './settings.ts'
import { TrackerError } from './types.ts'

/** The scheme of a tracker's url in lower case, "" when there is none. */
export function schemeOf(text: string): string {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase() ?? ''
}

/** Takes a tracker's url apart. Throws TrackerError for one that is none or whose name may not be used. */
export function trackerUrl(text: string, { allowIdna }: TrackerSettings): URL {
  if (!URL.canParse(text) || new URL(text).hostname === '')
    throw new TrackerError(codes.url_parse_error, `"${text}" is no url of a tracker`)
  const url = new URL(text)
  const host = hostOf(url)
  // allow_idna: names in other scripts can be made to look like others
  if (!allowIdna && host.split('.').some((label) => label.startsWith('xn--')))
    throw new TrackerError(codes.blocked_by_idna, `the name ${host} is internationalized (allow_idna is off)`)
  return url
}

/** Name or address, without brackets and in ASCII: Node encodes the names of http urls only. */
export function hostOf(url: URL): string {
  if (url.hostname.startsWith('[')) return url.hostname.slice(1, -1)
  return domainToASCII(decodeURIComponent(url.hostname)) || url.hostname
}

/**
 * libtorrent's ssrf_mitigation: a tracker on this machine is only asked for what looks like a tracker, so that a
 * torrent cannot make us call some other local service. Throws TrackerError.
 */
export function checkTarget(
  url: URL,
  addresses: readonly string[],
  { ssrfMitigation }: TrackerSettings,
): void {
  if (!ssrfMitigation || /^\/(announce|scrape)/.test(url.pathname) || !addresses.some(isLoopback)) return
  throw new TrackerError(
    codes.ssrf_mitigation,
    `${url.origin} is this machine, and ${url.pathname} does not begin with /announce (ssrf_mitigation)`,
  )
}

/** For net.connect: looks names up and checks what they stand for. An address is never looked up: see above. */
export function lookupFor(url: URL, settings: TrackerSettings): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
      try {
        if (error) throw error
        checkTarget(
          url,
          found.map(({ address }) => address),
          settings,
        )
        if (options.all) done(null, found)
        else done(null, found[0]!.address, found[0]!.family)
      } catch (refused) {
        done(refused as NodeJS.ErrnoException, '', 0)
      }
    })
  }
}

/** The address of a tracker, IPv4 if it has one: that is where most peers are. */
export async function resolveHost(url: URL): Promise<LookupAddress> {
  const host = hostOf(url)
  const family = isIP(host)
  if (family !== 0) return { address: host, family }
  const found = await new Promise<LookupAddress[]>((resolve, reject) => {
    lookup(host, { all: true }, (error, all) => (error ? reject(error) : resolve(all)))
  })
  return found.find((one) => one.family === 4) ?? found[0]!
}
