import { isIPv4, isIPv6 } from 'node:net'
import { BDict, bdecode } from '../../../../metainfo/index.ts'

/** What BEP 11 says of a peer, one bit each. */
export const PexFlag = { encryption: 0x01, seed: 0x02, utp: 0x04, reachable: 0x10 } as const

export interface PexPeer {
  /** `host:port`, an IPv6 host in brackets. */
  address: string
  /** Bits of PexFlag. */
  flags: number
}

/** A message of ut_pex (BEP 11). */
export interface PexMessage {
  added: PexPeer[]
  /** Addresses. */
  dropped: string[]
}

/** As a dictionary for the wire to encode. Addresses that are no IP addresses are left out. */
export function pexDictionary({ added, dropped }: PexMessage): Record<string, Uint8Array> {
  const of = (length: number) => {
    const fits = added.filter(({ address }) => compact(address)?.length === length)
    return {
      added: Buffer.concat(fits.map(({ address }) => compact(address)!)),
      flags: Buffer.from(fits.map(({ flags }) => flags)),
      dropped: Buffer.concat(dropped.map(compact).filter((bytes) => bytes?.length === length) as Buffer[]),
    }
  }
  const [v4, v6] = [of(6), of(18)]
  return {
    added: v4.added,
    'added.f': v4.flags,
    dropped: v4.dropped,
    added6: v6.added,
    'added6.f': v6.flags,
    dropped6: v6.dropped,
  }
}

/**
 * Reads a message; null for what is none. Peers without a port are left out, and of each list what is beyond its first
 * `most` peers.
 */
export function parsePex(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): PexMessage | null {
  let message: unknown
  try {
    message = bdecode(bytes)
  } catch {
    return null
  }
  if (!(message instanceof BDict)) return null
  const dictionary = message
  const text = (key: string) => {
    const value = dictionary.get(key)
    return value instanceof Uint8Array ? Buffer.from(value) : Buffer.alloc(0)
  }
  const peers = (key: string, size: 6 | 18) => {
    const all = text(key)
    const flags = text(`${key}.f`)
    return Array.from({ length: Math.min(most, Math.floor(all.length / size)) }, (_, at) => ({
      address: expand(all.subarray(at * size, (at + 1) * size)),
      flags: flags[at] ?? 0,
    })).filter(({ address }) => address !== '')
  }
  return {
    added: [...peers('added', 6), ...peers('added6', 18)],
    dropped: [...peers('dropped', 6), ...peers('dropped6', 18)].map(({ address }) => address),
  }
}

/** 4 or 16 bytes of address; null for a name. */
export function addressBytes(host: string): Buffer | null {
  if (isIPv4(host)) return Buffer.from(host.split('.').map(Number))
  if (!isIPv6(host) || host.includes('%')) return null
  // the parser of urls writes an IPv6 address in its shortest form, without dots
  const plain = new URL(`http://[${host}]`).hostname.slice(1, -1)
  const [head, tail] = plain.split('::')
  const groups = (part: string | undefined) => (part ? part.split(':') : [])
  const [first, last] = [groups(head), groups(tail)]
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0')
  const bytes = Buffer.alloc(16)
  for (const [at, group] of [...first, ...zeros, ...last].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), at * 2)
  return bytes
}

/** An IPv4 address that came in the form of an IPv6 one, as itself. */
export function plainHost(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)
  return mapped?.[1] ?? host
}

/** `host:port` of an IP address. */
export function joinAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function compact(address: string): Buffer | null {
  const colon = address.lastIndexOf(':')
  const host = addressBytes(address.slice(0, colon).replace(/^\[|\]$/g, ''))
  const port = Number(address.slice(colon + 1))
  if (host === null || !(port > 0 && port <= 65535)) return null
  return Buffer.concat([host, Buffer.from([port >> 8, port & 255])])
}

function expand(bytes: Buffer): string {
  const port = bytes.readUInt16BE(bytes.length - 2)
  if (port === 0) return ''
  if (bytes.length === 6) return `${bytes.subarray(0, 4).join('.')}:${port}`
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16))
  return `${new URL(`http://[${groups.join(':')}]`).hostname}:${port}`
}
