import { isIPv4, isIPv6 } from 'node:net'

/** Host and port of `192.0.2.1:6881`, `[2001:db8::1]:6881` or `host.example:6881`; null for anything else. */
export function parseAddress(text: string): { host: string; port: number; ip: boolean } | null {
  const [, v6, host, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (!(port > 0 && port <= 65535)) return null
  if (v6 !== undefined) return isIPv6(v6) ? { host: v6, port, ip: true } : null
  return { host: host!, port, ip: isIPv4(host!) }
}
