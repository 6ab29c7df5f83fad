import { BDict, bdecode } from '../../../../metainfo/index.ts'
import { compactAddress, expandAddress } from '../../peer-address.ts'

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
    const fits = added.filter(({ address }) => compactAddress(address)?.length === length)
    return {
      added: Buffer.concat(fits.map(({ address }) => compactAddress(address)!)),
      flags: Buffer.from(fits.map(({ flags }) => flags)),
      dropped: Buffer.concat(
        dropped.map(compactAddress).filter((bytes) => bytes?.length === length) as Buffer[],
      ),
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
      address: expandAddress(all.subarray(at * size, (at + 1) * size)),
      flags: flags[at] ?? 0,
    })).filter((peer): peer is PexPeer => peer.address !== null)
  }
  return {
    added: [...peers('added', 6), ...peers('added6', 18)],
    dropped: [...peers('dropped', 6), ...peers('dropped6', 18)].map(({ address }) => address),
  }
}
