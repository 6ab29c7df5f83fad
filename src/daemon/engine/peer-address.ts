/** Addresses of peers as text (`host:port`, an IPv6 host in brackets) and in the compact form of BEP 5, 7, 11 and 23. */

import { isIPv4, isIPv6 } from 'node:net'

/** Where a peer is. `host` is an IP address or a name, an IPv6 address without brackets. */
export interface PeerAddress {
  host: string
  port: number
}

/**
 * Host and port of `192.0.2.1:6881`, `[2001:db8::1]:6881` or `host.example:6881` that somebody else wrote; null for
 * anything else. `ip` tells an address from a name.
 */
export function parseAddress(text: string): (PeerAddress & { ip: boolean }) | null {
  const [, v6, host, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (!(port > 0 && port <= 65535)) return null
  if (v6 !== undefined) return isIPv6(v6) ? { host: v6, port, ip: true } : null
  return { host: host!, port, ip: isIPv4(host!) }
}

/** Host and port of an address that this program or webtorrent wrote: nothing is checked. `v6:port` without brackets is taken. */
export function splitAddress(address: string): PeerAddress {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) }
}

/** `host:port`, with brackets around an IPv6 host. */
export function joinAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The host of a peer that connected to an IPv6 socket over IPv4 (`::ffff:192.0.2.1`) as its IPv4 address; others as they are. */
export function plainHost(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)
  return mapped?.[1] ?? host
}

/** Whether an IP address reaches this machine alone. */
export function isLoopback(host: string): boolean {
  return host === '::1' || plainHost(host).startsWith('127.')
}

/** An IPv6 address in its shortest form (RFC 5952), so that one peer has one name whoever tells of it. Others as they are. */
export function shortHost(host: string): string {
  if (!host.includes(':') || !URL.canParse(`http://[${host}]`)) return host
  return new URL(`http://[${host}]`).hostname.slice(1, -1)
}

/** The 4 or 16 bytes of an IP address; null for a name, and for an IPv6 address with a zone (`%eth0`). */
export function addressBytes(host: string): Buffer | null {
  if (isIPv4(host)) return Buffer.from(host.split('.').map(Number))
  if (!isIPv6(host) || host.includes('%')) return null
  const [head, tail] = shortHost(host).split('::')
  const groups = (part: string | undefined) => (part ? part.split(':') : [])
  const [first, last] = [groups(head), groups(tail)]
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0')
  const bytes = Buffer.alloc(16)
  for (const [at, group] of [...first, ...zeros, ...last].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), at * 2)
  return bytes
}

/** Bytes that an address and its port take in the compact form. */
export function compactLength(family: 4 | 6): 6 | 18 {
  return family === 4 ? 6 : 18
}

/** `host:port` in the compact form, 6 or 18 bytes; null for a name and for what is no port. */
export function compactAddress(address: string): Buffer | null {
  const { host, port } = splitAddress(address)
  const bytes = addressBytes(host)
  if (bytes === null || !(port > 0 && port <= 65535)) return null
  return Buffer.concat([bytes, Buffer.from([port >> 8, port & 255])])
}

/** The compact form, 6 or 18 bytes, as `host:port`; null when the port is 0, which nobody can be called at. */
export function expandAddress(bytes: Uint8Array): string | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const port = view.readUInt16BE(view.length - 2)
  if (port === 0) return null
  if (view.length === compactLength(4)) return `${view.subarray(0, 4).join('.')}:${port}`
  const groups = Array.from({ length: 8 }, (_, at) => view.readUInt16BE(at * 2).toString(16))
  return joinAddress(shortHost(groups.join(':')), port)
}
