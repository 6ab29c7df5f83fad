import { BlockList, isIP } from 'node:net'

const local = new BlockList()
// libtorrent's is_local: private, shared, link-local and loopback addresses
local.addSubnet('10.0.0.0', 8)
local.addSubnet('100.64.0.0', 10)
local.addSubnet('172.16.0.0', 12)
local.addSubnet('192.168.0.0', 16)
local.addSubnet('169.254.0.0', 16)
local.addSubnet('127.0.0.0', 8)
local.addSubnet('fe80::', 10, 'ipv6')
local.addSubnet('fec0::', 10, 'ipv6')
local.addSubnet('fc00::', 7, 'ipv6')
local.addAddress('::1', 'ipv6')

/** Whether an address belongs to this machine or to the network around it; false for what is no address. */
export function isLocal(host: string): boolean {
  const version = isIP(host)
  return version !== 0 && local.check(host, version === 4 ? 'ipv4' : 'ipv6')
}
