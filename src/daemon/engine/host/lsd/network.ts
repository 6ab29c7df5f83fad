import { BlockList, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isWildcard, type ListenAddress } from '../settings.ts'

/** A network that one of our addresses is in. */
export interface LocalNetwork {
  /** Our IPv4 address there. */
  address: string
  /** Whether an address belongs to it. */
  holds: (address: string) => boolean
}

/**
 * The networks that a listen address can be reached from, by IPv4: that of the address, or all but loopback for one that
 * stands for all (loopback when there is no other).
 */
export function localNetworks(listen: ListenAddress): LocalNetwork[] {
  const all = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address, cidr, internal }) => ({ address, internal, holds: inSubnet(cidr ?? `${address}/32`) }))
  if (!isWildcard(listen.host)) {
    if (!isIPv4(listen.host)) return []
    return all
      .filter(({ address }) => address === listen.host)
      .concat(all.filter((one) => one.holds(listen.host)))
      .slice(0, 1)
  }
  const outer = all.filter(({ internal }) => !internal)
  return outer.length > 0 ? outer : all
}

function inSubnet(cidr: string): (address: string) => boolean {
  const [network, bits] = cidr.split('/') as [string, string]
  const subnet = new BlockList()
  subnet.addSubnet(network, Number(bits), 'ipv4')
  return (address) => isIPv4(address) && subnet.check(address, 'ipv4')
}
