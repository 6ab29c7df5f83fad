import { gzipSync } from 'node:zlib'

/** What web seeds are asked for in these: all of a file of so many bytes. */
export const fileLength = 16_384
/** The file. */
export const fileBytes = Buffer.alloc(fileLength, 'web seed ')

export interface WebSeedReply {
  name: string
  /** The whole response; the connection is closed behind it. */
  bytes: Buffer
  /** Whether it is of use, as it is for libtorrent 2.0.8 unless a comment says why not. */
  good: boolean
}

const partial = 'HTTP/1.1 206 Partial Content'
const length = `Content-Length: ${fileLength}`
const range = `Content-Range: bytes 0-${fileLength - 1}/${fileLength}`
const chunked = 'Transfer-Encoding: chunked'
const inChunks = Buffer.concat([
  Buffer.from(`${fileLength.toString(16)}\r\n`),
  fileBytes,
  Buffer.from('\r\n0\r\n\r\n'),
])

function reply(lines: string[], after: Buffer = fileBytes, end = '\r\n'): Buffer {
  return Buffer.concat([Buffer.from(`${lines.join(end)}${end}${end}`, 'latin1'), after])
}

const replies: [string, Buffer, boolean][] = [
  ['plain', reply([partial, length, range]), true],
  ['LF alone', reply([partial, length, range], fileBytes, '\n'), true],
  ['no length', reply([partial, range]), true],
  ['the length twice', reply([partial, length, length, range]), true],
  ['a length that is too long', reply([partial, 'Content-Length: 99999', range]), true],
  ['chunks', reply([partial, chunked, range], inChunks), true],
  ['chunks and a length', reply([partial, length, chunked, range], inChunks), true],
  ['no reason', reply(['HTTP/1.1 206', length, range]), true],
  ['a range without its unit', reply([partial, length, range.replace('bytes ', '')]), true],
  ['a blank before a colon', reply([partial, 'X-Y : z', length, range]), true],
  [
    '20 KB of headers',
    reply([partial, ...Array.from({ length: 40 }, (_, i) => `X-${i}: ${'v'.repeat(500)}`), length, range]),
    true,
  ],
  ['200 with all of it', reply(['HTTP/1.1 200 OK', length]), true],
  ['another range', reply([partial, length, 'Content-Range: bytes 5-16388/99999']), false],
  ['a range far out', reply([partial, length, 'Content-Range: bytes 99999999999999999999-5/3']), false],
  ['too little', reply([partial, range], fileBytes.subarray(0, 100)), false],
  ['nothing', Buffer.alloc(0), false],
  ['an empty body', reply([partial, 'Content-Length: 0'], Buffer.alloc(0)), false],
  ['no HTTP', Buffer.from('220 ESMTP\r\n\r\n'), false],
  ['zeros', Buffer.alloc(300_000), false],
  ['404', reply(['HTTP/1.1 404 Not Found', length]), false],
  ['416', reply(['HTTP/1.1 416 Range', length]), false],
  ['a redirect to nowhere', reply(['HTTP/1.1 302 Found', length]), false],
  ['a redirect to a file', reply(['HTTP/1.1 302 Found', 'Location: file:///etc/passwd']), false],
  ['a redirect to nonsense', reply(['HTTP/1.1 302 Found', 'Location: http://[']), false],
  ['a chunk without a length', reply([partial, chunked, range]), false],
  ['a negative chunk', reply([partial, chunked, range], Buffer.from('-5\r\nabc')), false],
  ['a negative length', reply([partial, 'Content-Length: -1', range]), false],
  [
    'gzip that nobody asked for',
    reply([partial, 'Content-Encoding: gzip', range], gzipSync(fileBytes)),
    false,
  ],
]

/** Answers of web seeds to a request for the file. */
export const webSeedReplies: WebSeedReply[] = replies.map(([name, bytes, good]) => ({ name, bytes, good }))
