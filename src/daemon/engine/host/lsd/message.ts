/** Where BEP 14 speaks, over IPv4. */
export const lsdGroup = '239.192.152.143'
export const lsdPort = 6771

/** BEP 14: not more than 1400 bytes. Somewhat more does no harm. */
const longestMessage = 1500

export interface LsdMessage {
  /** TCP port of whoever says it. */
  port: number
  /** v1 info hashes, 40 lower-case hex digits. */
  infoHashes: string[]
  /** Of the sender's choice, so that it knows its own; '' when there is none. */
  cookie: string
}

/** An announcement (BEP 14). */
export function formatLsd({ port, infoHashes, cookie }: LsdMessage): Buffer {
  const lines = [
    'BT-SEARCH * HTTP/1.1',
    `Host: ${lsdGroup}:${lsdPort}`,
    `Port: ${port}`,
    ...infoHashes.map((infoHash) => `Infohash: ${infoHash}`),
    `cookie: ${cookie}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n\r\n`, 'latin1')
}

/**
 * What an announcement says; null for anything else. Names of headers are in any case and order, as in HTTP, and lines
 * may end in LF alone. What is longer than BEP 14 allows is no announcement.
 */
export function parseLsd(bytes: Uint8Array): LsdMessage | null {
  if (bytes.length > longestMessage) return null
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const [first, ...lines] = text.split(/\r?\n/)
  if (first === undefined || !/^BT-SEARCH \* HTTP\/1\.\d$/.test(first)) return null
  const message: LsdMessage = { port: 0, infoHashes: [], cookie: '' }
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const header = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (header === 'port' && /^\d{1,5}$/.test(value)) message.port = Number(value)
    else if (header === 'infohash' && /^[0-9a-f]{40}$/i.test(value))
      message.infoHashes.push(value.toLowerCase())
    else if (header === 'cookie') message.cookie = value
  }
  const fits = message.port > 0 && message.port <= 65535 && message.infoHashes.length > 0
  return fits ? message : null
}
