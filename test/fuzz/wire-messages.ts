import { hostile, type Tree } from './bencoded.ts'
import { mutate } from './mutate.ts'
import type { Random } from './random.ts'
import { numPieces, pieceLength } from './world.ts'

/** Messages of the peer protocol (BEP 3, 5, 6, 10), mostly lawful in form and odd in a value. */

export function frame(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

function numbers(id: number, ...values: number[]): Buffer {
  const body = Buffer.alloc(1 + 4 * values.length)
  body[0] = id
  values.forEach((value, index) => {
    body.writeUInt32BE(value % 2 ** 32, 1 + 4 * index)
  })
  return body
}

const piece = (random: Random) => (random.once(3) ? random.edge32() : random.next(numPieces + 1))
const offset = (random: Random) => (random.once(3) ? random.edge32() : 0)
const size = (random: Random) => (random.once(3) ? random.edge32() : pieceLength)

function bitfield(random: Random): Buffer {
  const right = Math.ceil(numPieces / 8)
  const length = random.once(2) ? right : random.one([0, 1, right - 1, right + 1, 1000, 70_000])
  return Buffer.concat([
    Buffer.from([5]),
    random.once(3) ? random.bytes(length) : Buffer.alloc(length, random.one([0, 0xff, 0xf8])),
  ])
}

function block(random: Random): Buffer {
  const length = random.one([0, 1, 100, 5000, pieceLength - 1, pieceLength, pieceLength + 1, 40_000])
  return Buffer.concat([numbers(7, piece(random), offset(random)), Buffer.alloc(length, random.next(256))])
}

const lawful: ((random: Random) => Buffer)[] = [
  (random) => Buffer.from([random.next(4)]),
  (random) => numbers(4, piece(random)),
  bitfield,
  (random) => numbers(random.one([6, 8, 16]), piece(random), offset(random), size(random)),
  block,
  (random) => Buffer.from([9, random.next(256), random.next(256)]),
  (random) => numbers(random.one([13, 17]), piece(random)),
  () => Buffer.from([14]),
  () => Buffer.from([15]),
  // hash requests of BEP 52, and numbers that nobody gave a meaning
  (random) =>
    Buffer.concat([Buffer.from([random.one([21, 22, 23])]), random.bytes(random.one([0, 32, 48, 60, 80]))]),
  (random) => Buffer.concat([Buffer.from([random.next(256)]), random.bytes(random.next(30))]),
]

/** One message with its length in front. */
export function message(random: Random): Buffer {
  let body = random.one(lawful)(random)
  if (random.once(6)) body = mutate(body.subarray(0, 2000), random)
  const framed = frame(body)
  // a length that is not that of what follows
  if (random.once(12)) framed.writeUInt32BE(random.edge32())
  return random.once(30) ? Buffer.concat([Buffer.alloc(4 * random.next(5)), framed]) : framed
}

/** The first words of a peer. */
export function handshake(infoHash: string, random: Random): Buffer {
  const reserved = random.once(4) ? random.bytes(8) : Buffer.from([0, 0, 0, 0, 0, 0x10, 0, 0x05])
  const peerId = random.once(8)
    ? random.bytes(20)
    : Buffer.from(`-FZ0001-${String(random.next(1e9)).padStart(12, '0')}`)
  const bytes = Buffer.concat([
    Buffer.from('\x13BitTorrent protocol'),
    reserved,
    Buffer.from(infoHash, 'hex'),
    peerId,
  ])
  return random.once(10) ? mutate(bytes, random) : bytes
}

/** What we call the extensions. */
export const ourIds = { ut_metadata: 3, ut_pex: 4, lt_donthave: 7, ut_holepunch: 9, upload_only: 11 }

/** The body of an extension handshake (BEP 10). */
export function extensionHandshake(random: Random, more: { [key: string]: Tree } = {}): Buffer {
  const tree: Tree = {
    m: { ...ourIds },
    p: 6881,
    v: 'fuzz',
    reqq: random.one([1, 250, 2000]),
    yourip: '\x7f\0\0\x01',
    ipv4: '\x7f\0\0\x02',
    ipv6: random.bytes(16).toString('latin1'),
    upload_only: random.next(2),
    ...more,
  }
  return hostile(tree, random)
}
