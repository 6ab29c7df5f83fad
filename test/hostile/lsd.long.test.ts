import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseLsd } from '../../src/daemon/engine/host/lsd/message.ts'

const hash = 'ab'.repeat(20)
const first = 'BT-SEARCH * HTTP/1.1'
const blanks = ' \t\v\u00a0\r'

/** Datagrams of the local network that are no announcement, as large as UDP lets them be. */
const hostile: [string, string][] = [
  ...[...blanks].map((blank): [string, string] => [
    `a header of blanks ${JSON.stringify(blank)}`,
    `${first}\r\nPort: 1\r\nInfohash: ${hash}\r\nx:y${blank.repeat(64_000)}z\r\n`,
  ]),
  [
    'a header with blanks and a line feed',
    `${first}\r\nx:y${' '.repeat(32_000)}\n${' '.repeat(32_000)}z\r\n`,
  ],
  ['nothing but colons', `${first}\r\n${':'.repeat(64_000)}`],
  ['nothing but line ends', `${first}${'\r\n'.repeat(32_000)}`],
  ['nothing but carriage returns', `${first}${'\r'.repeat(64_000)}`],
  ['many hashes', `${first}\r\nPort: 1\r\n${`Infohash: ${hash}\r\n`.repeat(1200)}`],
  ['zeros', '\0'.repeat(65_507)],
  ['a port of many digits', `${first}\r\nPort: ${'1'.repeat(64_000)}\r\nInfohash: ${hash}`],
]

test('no datagram of the local network costs more than a moment', () => {
  for (const [name, text] of hostile) {
    const bytes = Buffer.from(text, 'latin1')
    const start = performance.now()
    assert.equal(parseLsd(bytes), null, name)
    const short = bytes.subarray(0, 1500)
    parseLsd(short)
    const took = performance.now() - start
    assert.ok(took < 50, `${name}: ${took} ms`)
  }
})

test('lines of an announcement may end in LF alone, as libtorrent lets them', () => {
  const found = { port: 6881, infoHashes: [hash], cookie: 'c d' }
  for (const end of ['\r\n', '\n']) {
    const lines = [
      first,
      'Host: 239.192.152.143:6771',
      'Port: 6881',
      `Infohash: ${hash}`,
      'cookie: c d',
      '',
      '',
    ]
    assert.deepEqual(parseLsd(Buffer.from(lines.join(end))), found, JSON.stringify(end))
  }
})
