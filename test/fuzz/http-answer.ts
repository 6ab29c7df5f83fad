import { mutate } from './mutate.ts'
import type { Random } from './random.ts'

/** A whole HTTP response around a body, most of them sound, the rest odd in the ways that servers are odd. */
export function httpResponse(
  random: Random,
  status: string,
  headers: [string, string][],
  body: Buffer,
): Buffer {
  const all = headers.filter(() => !random.once(10))
  if (!random.once(6)) all.push(['Content-Length', String(body.length)])
  if (random.once(8))
    all.push([
      'Content-Length',
      random.one(['0', '-1', '1e9', '99999999999', 'x', String(body.length + 1), '']),
    ])
  let sent = body
  if (random.once(8)) {
    all.push(['Transfer-Encoding', random.one(['chunked', 'chunked', 'gzip', 'identity'])])
    const size = random.once(3) ? random.one(['-1', 'ffffffffff', 'zz', '0']) : body.length.toString(16)
    sent = Buffer.concat([Buffer.from(`${size}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')])
  }
  if (random.once(10)) all.push(['Content-Encoding', random.one(['gzip', 'deflate', 'br', 'x-gzip', 'zstd'])])
  if (random.once(15))
    all.push([random.one(['X', 'Location', 'Set-Cookie', 'Retry-After', '']), random.text()])
  if (random.once(20)) all.push(['X-Long', 'y'.repeat(random.one([5000, 20_000, 200_000]))])
  if (random.once(20))
    all.push(...Array.from({ length: random.one([100, 3000]) }, (_, i): [string, string] => [`X-${i}`, 'z']))
  const end = random.once(8) ? '\n' : '\r\n'
  const colon = random.once(12) ? ' : ' : ': '
  const lines = [status, ...all.map(([name, value]) => `${name}${colon}${value}`)]
  const whole = Buffer.concat([Buffer.from(`${lines.join(end)}${end}${end}`), sent])
  if (random.once(10)) return mutate(whole.subarray(0, 5000), random)
  return random.once(20) ? whole.subarray(0, random.next(whole.length)) : whole
}

/** The first line of a response. */
export function statusLine(random: Random, usual: string): string {
  if (!random.once(6)) return `HTTP/1.1 ${usual}`
  return random.one([
    'HTTP/1.1 500 Internal Server Error',
    'HTTP/1.1 404 Not Found',
    'HTTP/1.1 301 Moved Permanently',
    'HTTP/1.1 429 Too Many Requests',
    'HTTP/1.1 503 Busy',
    'HTTP/1.1 204 No Content',
    'HTTP/1.1 100 Continue',
    'HTTP/1.1 101 Switching Protocols',
    'HTTP/1.0 200 OK',
    'HTTP/1.1 200',
    'ICY 200 OK',
    'HTTP/2 200',
    'HTTP/1.1 999 x',
    'HTTP/1.1 -1 x',
  ])
}
