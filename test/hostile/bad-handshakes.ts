/** What strangers say in place of a handshake, when they call and when they are called. */

import { randomBytes } from 'node:crypto'
import { choice, Exchange, unsoundKeys } from './mse.ts'

/** `say` sends bytes; `hear` resolves with the next so many that come, and rejects when the other end hangs up. */
export interface Line {
  say: (bytes: Uint8Array) => void
  hear: (count: number) => Promise<Buffer>
}

export interface BadHandshake {
  name: string
  /** Plays it to a peer that has the torrent of this info hash. */
  play: (line: Line, infoHash: string) => Promise<void>
}

/** A handshake (BEP 3) that offers extensions (BEP 10), and the fast one (BEP 6) unless `fast` is false. */
export function handshake(infoHash: string, { fast = true } = {}): Buffer {
  return Buffer.concat([
    Buffer.from('\x13BitTorrent protocol', 'latin1'),
    Buffer.from([0, 0, 0, 0, 0, 0x10, 0, fast ? 4 : 0]),
    Buffer.from(infoHash, 'hex'),
    Buffer.from(`-XX0000-${randomBytes(6).toString('hex')}`),
  ])
}

const plain: BadHandshake[] = (
  [
    ['HTTP', () => Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.padEnd(2000, 'x'))],
    ['TLS', () => Buffer.concat([Buffer.from('1603010200010001fc0303', 'hex'), randomBytes(2000)])],
    ['zeros', () => Buffer.alloc(4000)],
    [
      'another protocol',
      (id) => Buffer.concat([Buffer.from('\x13BitTorrent protocoX'), handshake(id).subarray(20)]),
    ],
    [
      'a longer name',
      (id) => Buffer.concat([Buffer.from([255]), handshake(id).subarray(1), Buffer.alloc(2000)]),
    ],
    ['a torrent that is not here', () => handshake('ab'.repeat(20))],
    [
      'a torrent that is not here, then a message of 4 GiB',
      () => Buffer.concat([handshake('ab'.repeat(20)), Buffer.alloc(5, 255)]),
    ],
    ['a message of 4 GiB in the same breath', (id) => Buffer.concat([handshake(id), Buffer.alloc(5, 255)])],
    [
      'an empty ut_metadata in the same breath',
      (id) => Buffer.concat([handshake(id), Buffer.from([0, 0, 0, 2, 20, 1])]),
    ],
    [
      'have of piece 2^31 - 1 and have none five times in the same breath',
      (id) =>
        Buffer.concat([
          handshake(id),
          Buffer.from([0, 0, 0, 5, 4, 127, 255, 255, 255]),
          Buffer.from('000000010f'.repeat(5), 'hex'),
        ]),
    ],
  ] as [string, (id: string) => Uint8Array][]
).map(
  ([name, bytes]): BadHandshake => ({
    name: `plain: ${name}`,
    play: async ({ say }, infoHash) => say(bytes(infoHash)),
  }),
)

/** The caller's side of an encrypted handshake, up to where it goes wrong. */
async function encrypted(
  { say, hear }: Line,
  infoHash: string,
  {
    key,
    pad = 0,
    third,
  }: {
    key?: Uint8Array
    pad?: number
    third?: (secrets: ReturnType<Exchange['with']>) => Uint8Array
  },
): Promise<void> {
  const exchange = new Exchange()
  say(Buffer.concat([key ?? exchange.key, randomBytes(pad)]))
  const theirs = await hear(96)
  if (third !== undefined) say(third(exchange.with(theirs, infoHash)))
}

const zeros = Buffer.alloc(8)
const many = randomBytes(1200)

const unmarked: BadHandshake[] = [
  ...unsoundKeys.map(
    ([name, key]): BadHandshake => ({
      name: `key ${name}`,
      play: (line, id) => encrypted(line, id, { key }),
    }),
  ),
  { name: 'no mark', play: (line, id) => encrypted(line, id, { third: () => many }) },
  {
    name: 'a pad of 600 bytes',
    play: (line, id) => encrypted(line, id, { pad: 600, third: ({ mark }) => mark }),
  },
  {
    name: 'the name of no torrent',
    play: (line, id) => encrypted(line, id, { third: ({ mark }) => Buffer.concat([mark, randomBytes(34)]) }),
  },
  ...(
    [
      ['a wrong constant', (a) => a(Buffer.concat([Buffer.alloc(8, 1), choice(3, 0), Buffer.alloc(2)]))],
      ['no method', (a) => a(Buffer.concat([zeros, choice(0, 0), Buffer.alloc(2)]))],
      ['method 4', (a) => a(Buffer.concat([zeros, choice(4, 0), Buffer.alloc(2)]))],
      ['PadC of 513 bytes', (a) => a(Buffer.concat([zeros, choice(3, 513), many]))],
      ['PadC of 65535 bytes', (a) => a(Buffer.concat([zeros, choice(3, 65535), many]))],
      [
        '65535 bytes along with the key',
        (a) => a(Buffer.concat([zeros, choice(3, 0), Buffer.alloc(2, 255), many])),
      ],
      [
        'half a handshake along with the key',
        (a, id) =>
          Buffer.concat([
            a(Buffer.concat([zeros, choice(1, 0), Buffer.from([0, 30]), handshake(id).subarray(0, 30)])),
            many,
          ]),
      ],
      [
        'a message of 4 GiB along with the key',
        (a, id) => {
          const first = Buffer.concat([handshake(id), Buffer.alloc(5, 255)])
          return a(Buffer.concat([zeros, choice(2, 0), Buffer.from([0, first.length]), first]))
        },
      ],
    ] as [string, (a: (bytes: Uint8Array) => Buffer, id: string) => Uint8Array][]
  ).map(
    ([name, body]): BadHandshake => ({
      name,
      play: (line, id) =>
        encrypted(line, id, { third: ({ mark, name, a }) => Buffer.concat([mark, name, body(a, id)]) }),
    }),
  ),
]

/** Of those who call. */
export const badCalls: readonly BadHandshake[] = [
  ...plain,
  ...unmarked.map(({ name, play }) => ({ name: `encrypted: ${name}`, play })),
]

/** Answers an encrypted call. */
async function answer(
  { say, hear }: Line,
  infoHash: string,
  fourth: (b: (bytes: Uint8Array) => Buffer) => Uint8Array,
): Promise<void> {
  const exchange = new Exchange()
  const theirs = await hear(96)
  const { b } = exchange.with(theirs, infoHash)
  say(exchange.key)
  say(fourth(b))
}

/** Of those who are called. */
/** Of those who are called. */
const answering: BadHandshake[] = [
  ...unsoundKeys.map(
    ([name, key]): BadHandshake => ({
      name: `key ${name}`,
      play: async ({ say }) => say(Buffer.concat([key, many])),
    }),
  ),
  ...(
    [
      ['no constant', () => many],
      ['no method', (b) => b(Buffer.concat([zeros, choice(0, 0)]))],
      ['both methods', (b) => b(Buffer.concat([zeros, choice(3, 0)]))],
      ['PadD of 513 bytes', (b) => b(Buffer.concat([zeros, choice(2, 513), many]))],
      ['PadD of 65535 bytes', (b) => b(Buffer.concat([zeros, choice(2, 65535), many]))],
      ['another protocol, encrypted', (b) => b(Buffer.concat([zeros, choice(2, 0), many]))],
    ] as [string, (b: (bytes: Uint8Array) => Buffer) => Uint8Array][]
  ).map(([name, fourth]): BadHandshake => ({ name, play: (line, id) => answer(line, id, fourth) })),
  ...plain,
]

export const badAnswers: readonly BadHandshake[] = answering.map(({ name, play }) => ({
  name: `called: ${name}`,
  play,
}))
