/**
 * Stands in for the package addr-to-ip-port in the bundle of the host. That one keeps what it has read of 100,000 addresses,
 * some 25 MiB, and each peer that calls has a new one.
 */

/** Host, an IPv6 one without its brackets, and port of `host:port`. Throws for anything else, as the package does. */
export default function addressParts(address: string): [host: string, port: number] {
  const [, v6, host, port] = /^(?:\[([^\]]+)\]|([^[\]]+)):(\d+)$/.exec(address) ?? []
  if (port === undefined) throw new Error(`invalid addr: ${address}`)
  return [(v6 ?? host)!, Number(port)]
}
