import type { BDict, BValue } from '../../../../metainfo/index.ts'

/** Bytes of an address and its port. */
export function compactLength(family: 4 | 6): number {
  return family === 4 ? 6 : 18
}

/** Addresses of 4 or 16 bytes, each with a port of 2 (BEP 23, BEP 7). A rest that is no whole entry is left. */
export function compactPeers(bytes: Uint8Array, family: 4 | 6): string[] {
  const size = compactLength(family)
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const peers: string[] = []
  for (let at = 0; at + size <= view.length; at += size) {
    const port = view.readUInt16BE(at + size - 2)
    const address = view.subarray(at, at + size - 2)
    if (port !== 0) peers.push(`${family === 4 ? address.join('.') : bracketed(groups(address))}:${port}`)
  }
  return peers
}

function groups(address: Buffer): string {
  return Array.from({ length: 8 }, (_, i) => address.readUInt16BE(i * 2).toString(16)).join(':')
}

/** In the short form, as other sources of peers write it: the same peer must have one name. */
function bracketed(address: string): string {
  return URL.canParse(`http://[${address}]`) ? new URL(`http://[${address}]`).hostname : `[${address}]`
}

/** Peers of an HTTP tracker's answer: compact, or a dictionary each (BEP 3). */
export function peersOf(answer: BDict): string[] {
  const list = answer.list('peers') ?? []
  return [
    ...compactPeers(answer.bytes('peers') ?? new Uint8Array(0), 4),
    ...compactPeers(answer.bytes('peers6') ?? new Uint8Array(0), 6),
    ...list.map(dictPeer).filter((peer) => peer !== null),
  ]
}

function dictPeer(value: BValue): string | null {
  if (typeof value !== 'object' || !('get' in value)) return null
  const ip = Buffer.from(value.bytes('ip') ?? []).toString('latin1')
  const port = Number(value.integer('port'))
  if (ip === '' || !(port > 0 && port <= 65535)) return null
  return `${ip.includes(':') ? bracketed(ip) : ip}:${port}`
}
