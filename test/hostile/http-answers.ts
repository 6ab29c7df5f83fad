import { gzipSync } from 'node:zlib'

/** What an announce comes to: an answer that counts, or libtorrent's code of the failure and seconds until the next try. */
export type Outcome = 'answered' | { code: string; wait: number }

export interface HttpReply {
  name: string
  /** The whole response; the connection is closed behind it. */
  bytes: Buffer
  /** What libtorrent 2.0.8 makes of it, unless a comment says why not. */
  outcome: Outcome
}

const body = 'd8:completei3e10:incompletei2e8:intervali1800e5:peers0:e'
const ok = 'HTTP/1.1 200 OK'
const length = `Content-Length: ${body.length}`
const chunked = 'Transfer-Encoding: chunked'
const size = body.length.toString(16)

/** Lines, a blank one, and the body. */
function reply(lines: string[], after: string | Buffer = body, end = '\r\n'): Buffer {
  return Buffer.concat([Buffer.from(`${lines.join(end)}${end}${end}`, 'latin1'), Buffer.from(after)])
}

const failed = (code: string, wait = 17): Outcome => ({ code, wait })

const replies: [string, Buffer, Outcome][] = [
  ['plain', reply([ok, length]), 'answered'],
  ['no length', reply([ok]), 'answered'],
  ['HTTP/1.0', reply(['HTTP/1.0 200 OK', length]), 'answered'],
  ['HTTP/2 in text', reply(['HTTP/2 200', length]), 'answered'],
  ['HTTP/1.1 with blanks', reply(['HTTP/1.1  200 OK', length]), 'answered'],
  ['no reason', reply(['HTTP/1.1 200', length]), 'answered'],
  ['a long reason', reply([`HTTP/1.1 200 ${'x'.repeat(3000)}`, length]), 'answered'],
  ['lines that end in LF alone', reply([ok, length], body, '\n'), 'answered'],
  ['a length that is too long', reply([ok, 'Content-Length: 99']), 'answered'],
  ['a length that is too short', reply([ok, 'Content-Length: 10']), 'answered'],
  ['a length that is no number', reply([ok, 'Content-Length: x']), 'answered'],
  ['a length with words behind it', reply([ok, `${length} bytes`]), 'answered'],
  ['a length with a sign', reply([ok, `Content-Length: +${body.length}`]), 'answered'],
  ['a negative length', reply([ok, 'Content-Length: -5']), failed('libtorrent:150')],
  ['the same length twice', reply([ok, length, length]), 'answered'],
  ['two lengths, the second right', reply([ok, 'Content-Length: 3', length]), 'answered'],
  ['chunks', reply([ok, chunked], `${size}\r\n${body}\r\n0\r\n\r\n`), 'answered'],
  ['chunks and a length', reply([ok, length, chunked], `${size}\r\n${body}\r\n0\r\n\r\n`), 'answered'],
  ['chunks in LF', reply([ok, chunked], `${size}\n${body}\n0\n\n`), 'answered'],
  ['a chunk with an extension', reply([ok, chunked], `${size};a=b\r\n${body}\r\n0\r\n\r\n`), 'answered'],
  ['trailers', reply([ok, chunked], `${size}\r\n${body}\r\n0\r\nx: y\r\n\r\n`), 'answered'],
  ['chunks without the last one', reply([ok, chunked], `${size}\r\n${body}\r\n`), 'answered'],
  [
    'chunks of one byte',
    reply([ok, chunked], `${[...body].map((c) => `1\r\n${c}\r\n`).join('')}0\r\n\r\n`),
    'answered',
  ],
  ['chunks of no length', reply([ok, chunked], `zz\r\n${body}\r\n0\r\n\r\n`), failed('libtorrent:150')],
  ['chunks that are none', reply([ok, chunked]), failed('bdecode:3', 1800)],
  ['a blank before a colon', reply([ok, 'X-Y : z', length]), 'answered'],
  ['a blank before the colon of the length', reply([ok, `Content-Length : ${body.length}`]), 'answered'],
  ['no blank after a colon', reply([ok, length.replace(' ', '')]), 'answered'],
  ['tabs after a colon', reply([ok, length.replace(' ', '\t\t')]), 'answered'],
  ['names in capitals', reply([ok, length.toUpperCase()]), 'answered'],
  ['a header without a name', reply([ok, ': x', length]), 'answered'],
  ['a header with odd bytes', reply([ok, 'X-\xff\x01: \xfe\x02', length]), 'answered'],
  [
    '20 KB of headers',
    reply([ok, ...Array.from({ length: 40 }, (_, i) => `X-${i}: ${'v'.repeat(500)}`), length]),
    'answered',
  ],
  ['a header of 100 KB', reply([ok, `X: ${'v'.repeat(100_000)}`, length]), 'answered'],
  ['3000 headers', reply([ok, ...Array.from({ length: 3000 }, (_, i) => `X-${i}: v`), length]), 'answered'],
  ['bytes behind the body', reply([ok, length], `${body}garbage`), 'answered'],
  ['bytes behind the dictionary', reply([ok], `${body}garbage`), 'answered'],
  [
    '100 Continue before it',
    Buffer.concat([reply(['HTTP/1.1 100 Continue'], ''), reply([ok, length])]),
    'answered',
  ],
  ['gzip', reply([ok, 'Content-Encoding: gzip'], gzipSync(body)), 'answered'],
  ['x-gzip', reply([ok, 'Content-Encoding: x-gzip'], gzipSync(body)), 'answered'],
  ['gzip in chunks', reply([ok, 'Content-Encoding: gzip', chunked], gzipChunk()), 'answered'],
  ['no gzip', reply([ok, 'Content-Encoding: gzip']), failed('gzip error:1')],
  [
    'a gzip bomb',
    reply([ok, 'Content-Encoding: gzip'], gzipSync(Buffer.alloc(50_000_000))),
    failed('gzip error:2'),
  ],
  ['an empty failure reason', reply([ok], 'd14:failure reason0:e'), failed('libtorrent:173', 1800)],
  ['a failure reason', reply([ok], 'd14:failure reason4:oopse'), failed('libtorrent:173', 1800)],
  [
    'a failure with an interval',
    reply([ok], 'd14:failure reason4:oops8:intervali900ee'),
    failed('libtorrent:173', 900),
  ],
  [
    'a failure with an interval of 0',
    reply([ok], 'd14:failure reason4:oops8:intervali0ee'),
    failed('libtorrent:173', 30),
  ],
  [
    'a failure with a negative interval',
    reply([ok], 'd14:failure reason4:oops8:intervali-5ee'),
    failed('libtorrent:173', 17),
  ],
  ['a failure reason that is a number', reply([ok], 'd14:failure reasoni5ee'), 'answered'],
  ['an empty body', reply([ok, 'Content-Length: 0'], ''), failed('bdecode:3', 1800)],
  ['HTML', reply([ok], '<html>'), failed('bdecode:4', 1800)],
  ['a list', reply([ok], 'le'), failed('libtorrent:171', 1800)],
  ['a number', reply([ok], 'i5e'), failed('libtorrent:171', 1800)],
  ['a cut dictionary', reply([ok], 'd8:completei3e'), failed('bdecode:3', 1800)],
  ['depth', reply([ok], 'l'.repeat(1000)), failed('bdecode:5', 1800)],
  ['peers that are a number', reply([ok], 'd5:peersi5ee'), 'answered'],
  ['peers that are no whole number', reply([ok], 'd5:peers7:abcdefge'), 'answered'],
  [
    'peers of which none has an address',
    reply([ok], 'd5:peersld4:porti5eei5eee'),
    failed('libtorrent:172', 1800),
  ],
  ['an interval that is text', reply([ok], 'd8:interval4:1800e'), 'answered'],
  ['404', reply(['HTTP/1.1 404 Not Found', length]), failed('http:404')],
  ['500', reply(['HTTP/1.1 500 Oops', 'Content-Length: 0'], ''), failed('http:500')],
  ['204', reply(['HTTP/1.1 204 No Content'], ''), failed('http:204')],
  ['206', reply(['HTTP/1.1 206 Partial', 'Content-Range: bytes 0-55/56', length]), failed('http:206')],
  ['a redirect to nowhere', reply(['HTTP/1.1 302 Found', 'Content-Length: 0'], ''), failed('libtorrent:151')],
  ['no HTTP', Buffer.from('220 smtp.example.com ESMTP\r\n\r\n'), failed('http:0')],
  ['ICY', reply(['ICY 200 OK', length]), failed('http:0')],
  ['nothing', Buffer.alloc(0), failed('asio.misc:2')],
  ['a head without an end', Buffer.from(`${ok}\r\n${length}\r\n`), failed('asio.misc:2')],
  ['an empty first line', Buffer.from(`\r\n${ok}\r\n\r\n`), failed('http:0')],
  ['an empty first line in LF', Buffer.from(`\n${ok}\r\n\r\n`), failed('libtorrent:150')],
  ['zeros', Buffer.alloc(100_000), failed('asio.misc:2')],
  ['2 MB', reply([ok], Buffer.alloc(2_000_000, 'd')), failed('generic:27')],
  ['2 MB of headers', Buffer.from(`${ok}\r\n${'X: y\r\n'.repeat(340_000)}`), failed('generic:27')],
]

function gzipChunk(): Buffer {
  const bytes = gzipSync(body)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')])
}

/** Answers of HTTP trackers, from sound to absurd. */
export const httpReplies: HttpReply[] = replies.map(([name, bytes, outcome]) => ({ name, bytes, outcome }))
