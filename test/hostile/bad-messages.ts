/**
 * Messages that no honest peer sends, and some that it may send and that are odd. Each is known to have been taken badly by
 * some client, or lies at the edge of what the BEPs allow. `bad-messages.test.ts` sends each once, `loop.ts` all of
 * them again and again; a fuzzer may take them as its beginning.
 */

/** What a torrent of the other end is to us: complete there, being downloaded, or a magnet link without metadata. */
export type Side = 'seed' | 'download' | 'magnet'

/** What a message is made for. */
export interface Target {
  infoHash: string
  /** Of what the torrent has, or will have. */
  numPieces: number
  pieceLength: number
  lastPieceLength: number
  /** What the other end calls an extension. */
  extensions: { ut_metadata: number; ut_pex: number; lt_donthave: number }
}

export interface BadMessage {
  name: string
  to: readonly Side[]
  /** Comes after the handshake. */
  bytes: (target: Target) => Uint8Array
  /** `closed`: the connection is. `kept`: nothing happens, as in libtorrent. */
  outcome: 'closed' | 'kept'
  /** Whether the handshake offers the fast extension (BEP 6). */
  fast: boolean
  /** Whether an honest extended handshake goes before. */
  extended: boolean
}

const every: readonly Side[] = ['seed', 'download', 'magnet']
/** Those that know how many pieces there are. */
const knowing: readonly Side[] = ['seed', 'download']
const most = 0xffffffff
const KiB = 1024
const MiB = KiB * KiB

/** A number of four bytes. */
function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4)
  return bytes
}

/** A message with its length. */
export function frame(kind: number, ...body: Uint8Array[]): Buffer {
  const rest = Buffer.concat(body)
  return Buffer.concat([u32(rest.length + 1), Buffer.from([kind]), rest])
}

/** Announces more than it sends. */
function head(length: number, ...kind: number[]): Buffer {
  return Buffer.concat([u32(length), Buffer.from(kind)])
}

const raw = (text: string) => Buffer.from(text, 'latin1')
const extended = (id: number, ...body: Uint8Array[]) => frame(20, Buffer.from([id]), ...body)
const hello = (text: string) => extended(0, raw(text))

const all: BadMessage[] = []

function add(
  name: string,
  to: readonly Side[],
  bytes: (target: Target) => Uint8Array,
  options: Partial<Pick<BadMessage, 'outcome' | 'fast' | 'extended'>> = {},
): void {
  all.push({ name, to, bytes, outcome: 'closed', fast: true, extended: true, ...options })
}

const kept = { outcome: 'kept' } as const

// lengths: closed before the body comes
for (const [name, length, kind] of [
  ['4 GiB', most, 99],
  ['2 GiB', 2 ** 31, 99],
  ['1 GiB', 2 ** 30, 99],
  ['1 MiB and a byte of an unknown kind', MiB + 1, 99],
  ['1 MiB and a byte of extension', MiB + 1, 20],
  ['a block of 128 KiB and a byte', 128 * KiB + 10, 7],
  ['a bitfield of 1 MiB', MiB, 5],
  ['a request of 1 MiB', MiB, 6],
] as const) {
  add(`length: ${name}`, every, () => head(length, kind))
}
for (const [name, kind, length] of [
  ['choke', 0, 2],
  ['unchoke', 1, 2],
  ['interested', 2, 5],
  ['not interested', 3, 9],
  ['have', 4, 1],
  ['have', 4, 4],
  ['have', 4, 6],
  ['request', 6, 12],
  ['request', 6, 17],
  ['piece', 7, 8],
  ['cancel', 8, 5],
  ['port', 9, 2],
  ['port', 9, 5],
  ['suggest', 13, 1],
  ['have all', 14, 2],
  ['have none', 15, 5],
  ['reject', 16, 9],
  ['allowed fast', 17, 3],
  ['extended', 20, 1],
] as const) {
  add(`length: ${name} with ${length} bytes`, every, () => frame(kind, Buffer.alloc(length - 1)))
}

// indices
add('have: the piece after the last', knowing, (t) => frame(4, u32(t.numPieces)))
for (const piece of [2 ** 31 - 1, 2 ** 31, most]) {
  add(`have: piece ${piece}`, knowing, () => frame(4, u32(piece)))
  add(`have: piece ${piece}, not known to be wrong`, ['magnet'], () => frame(4, u32(piece)), kept)
}
add('have: piece 2^31 - 1, then a bitfield of one byte', knowing, () =>
  Buffer.concat([frame(4, u32(2 ** 31 - 1)), frame(5, Buffer.alloc(1))]),
)
add('bitfield: too short', knowing, (t) => frame(5, Buffer.alloc(Math.ceil(t.numPieces / 8) - 1)))
add('bitfield: too long', knowing, (t) => frame(5, Buffer.alloc(Math.ceil(t.numPieces / 8) + 1)))
add('bitfield: spare bits', knowing, (t) => frame(5, Buffer.alloc(Math.ceil(t.numPieces / 8), 255)))
add(
  'bitfield: twice',
  every,
  (t) => {
    const one = frame(5, Buffer.alloc(Math.ceil(t.numPieces / 8)))
    return Buffer.concat([one, one])
  },
  kept,
)
add(
  'bitfield: after have all',
  ['download', 'magnet'],
  (t) => Buffer.concat([frame(14), frame(5, Buffer.alloc(Math.ceil(t.numPieces / 8)))]),
  kept,
)
add('bitfield: of a torrent with 2 million pieces', ['magnet'], () => frame(5, Buffer.alloc(2 ** 18)), kept)
add('request: the piece after the last', knowing, (t) => frame(6, u32(t.numPieces, 0, 16384)))
add('request: piece 2^32 - 1', knowing, () => frame(6, u32(most, 0, 16384)))
add('request: no bytes', every, () => frame(6, u32(0, 0, 0)))
add('request: 128 KiB and a byte', every, () => frame(6, u32(0, 0, 128 * KiB + 1)))
add('request: 2 GiB', every, () => frame(6, u32(0, 0, 2 ** 31)))
add('request: past the piece', knowing, (t) => frame(6, u32(0, t.pieceLength - 1, 2)))
add('request: past the last piece', knowing, (t) => frame(6, u32(t.numPieces - 1, 0, t.lastPieceLength + 1)))
add('request: offset 2^32 - 1', knowing, () => frame(6, u32(0, most, 1)))
add('request: while choked', every, () => frame(6, u32(0, 0, 16384)), kept)
add('request: while choked, without BEP 6', every, () => frame(6, u32(0, 0, 16384)), { ...kept, fast: false })
add('cancel: the piece after the last', knowing, (t) => frame(8, u32(t.numPieces, 0, 16384)))
add('cancel: past the piece', knowing, (t) => frame(8, u32(0, t.pieceLength, 16384)))
add('cancel: of what was not asked for', every, () => frame(8, u32(0, 0, 16384)), kept)
add('piece: nobody asked', every, () => frame(7, u32(0, 0), Buffer.alloc(16384)))
add('piece: out of range, nobody asked', every, () => frame(7, u32(most, most), Buffer.alloc(1)))
add('piece: empty, nobody asked', every, () => frame(7, u32(0, 0)))
add('port: 0', every, () => frame(9, Buffer.alloc(2)), kept)
add(
  'port: ten of them',
  every,
  () => Buffer.concat(Array.from({ length: 10 }, (_, at) => frame(9, Buffer.from([1, at])))),
  kept,
)

// BEP 6
const fastMessages = [
  ['suggest', frame(13, u32(0))],
  ['have all', frame(14)],
  ['have none', frame(15)],
  ['reject', frame(16, u32(0, 0, 16384))],
  ['allowed fast', frame(17, u32(0))],
] as const
for (const [name, bytes] of fastMessages) {
  add(`fast: ${name} without BEP 6`, every, () => bytes, { fast: false })
}
add('fast: suggest of the piece after the last', knowing, (t) => frame(13, u32(t.numPieces)))
add('fast: allowed fast of the piece after the last', knowing, (t) => frame(17, u32(t.numPieces)))
add(
  'fast: allowed fast, ten thousand of them',
  ['magnet'],
  () => Buffer.concat(Array.from({ length: 10_000 }, (_, at) => frame(17, u32(at)))),
  kept,
)
add('fast: reject of what was not asked for', every, () => frame(16, u32(0, 0, 16384)))
add('fast: have none five times', every, () => Buffer.concat(Array.from({ length: 5 }, () => frame(15))))
add(
  'fast: have none after have all',
  ['download', 'magnet'],
  () => Buffer.concat([frame(14), frame(15)]),
  kept,
)

// BEP 10
for (const [name, text] of [
  ['a list', 'l1:me'],
  ['a number', 'i5e'],
  ['a string', '5:hello'],
  ['nothing', ''],
  ['an open dictionary', 'd1:md11:ut_metadatai3ee'],
  ['a key that is a number', 'di1e1:ae'],
  ['a string longer than the message', 'd1:v99999999:ae'],
  ['a number without digits', 'd1:pie1:qi1ee'],
  ['bytes', '\xff\xfe\x00\x01'],
  ['lists within lists', `d1:m${'l'.repeat(20_000)}`],
  ['lists within lists, closed', `d1:m${'l'.repeat(20_000)}${'e'.repeat(20_000)}e`],
  ['half a megabyte of numbers', `d1:ml${'i0e'.repeat(170_000)}ee`],
] as const) {
  add(`extended: a handshake that is ${name}`, every, () => hello(text), { extended: false })
}
for (const [name, text] of [
  ['no extensions', 'de'],
  ['a list of extensions', 'd1:ml11:ut_metadataee'],
  ['a number for its extensions', 'd1:mi7ee'],
  ['ids out of range', 'd1:md11:lt_donthavei-1e11:ut_metadatai256e6:ut_pexi99999999999999999999eee'],
  ['ids that are strings', 'd1:md11:ut_metadata1:36:ut_pexlee1:q0:e'],
  ['a name of the language', 'd1:md9:__proto__i3e11:constructori4e8:toStringi5eee'],
  ['a negative size of metadata', 'd1:md11:ut_metadatai3ee13:metadata_sizei-1ee'],
  ['no size of metadata', 'd1:md11:ut_metadatai3ee13:metadata_sizei0ee'],
  ['metadata of 2^63 bytes', 'd1:md11:ut_metadatai3ee13:metadata_sizei9223372036854775808ee'],
  ['metadata of 1 GiB', 'd1:md11:ut_metadatai3ee13:metadata_sizei1073741824ee'],
  ['a size of metadata that is a list', 'd1:md11:ut_metadatai3ee13:metadata_sizelee'],
  ['a number for its name', 'd1:vi7ee'],
  ['a list for its name', 'd1:vl1:aee'],
  ['a long name with control characters', `d1:v20000:${'\x1b[2J\x9b'.repeat(4000)}e`],
  ['a negative queue', 'd4:reqqi-5ee'],
  ['a queue that is a string', 'd4:reqq3:abce'],
  ['port 70000', 'd1:pi70000ee'],
  ['a port that is a string', 'd1:p4:6881e'],
  ['a list for upload_only', 'd11:upload_onlylee'],
  ['an address of three bytes', 'd6:yourip3:abce'],
] as const) {
  add(`extended: ${name}`, every, () => hello(text), { ...kept, extended: false })
}
add('extended: a hundred and one handshakes', every, () =>
  Buffer.concat(Array.from({ length: 101 }, () => hello('d1:mdee'))),
)
add('extended: an id that was never offered', every, () => extended(200, raw('de')))

// BEP 9
const metadata = (text: string | Uint8Array) => (t: Target) =>
  extended(t.extensions.ut_metadata, typeof text === 'string' ? raw(text) : text)
for (const [name, text] of [
  ['nothing', ''],
  ['a list', 'l8:msg_typei0ee'],
  ['bytes', '\x00\x01\x02'],
  ['an open dictionary', 'd8:msg_typei0e'],
  ['no kind', 'd5:piecei0ee'],
  ['no piece', 'd8:msg_typei0ee'],
  ['a kind that is a string', 'd8:msg_type1:05:piecei0ee'],
  ['a piece that is a string', 'd8:msg_typei0e5:piece1:0e'],
  ['a piece of 2^70', 'd8:msg_typei0e5:piecei1180591620717411303424ee'],
  ['data that nobody asked for', `d8:msg_typei1e5:piecei7e10:total_sizei200000ee${'x'.repeat(16384)}`],
  ['data of a piece below 0', 'd8:msg_typei1e5:piecei-1ee'],
  ['18 KiB', `d8:msg_typei1e5:piecei0ee${'x'.repeat(18_000)}`],
  ['a long dictionary', `d8:msg_typei0e1:p${'l'.repeat(700)}${'e'.repeat(700)}5:piecei0ee`],
] as const) {
  add(`ut_metadata: ${name}`, every, metadata(text))
}
add('ut_metadata: a request before its own handshake', every, metadata('d8:msg_typei0e5:piecei0ee'), {
  extended: false,
})
add('ut_metadata: nothing, before its own handshake', every, metadata(''), { extended: false })
for (const [name, text] of [
  ['piece -1', 'd8:msg_typei0e5:piecei-1ee'],
  ['piece 2^40', 'd8:msg_typei0e5:piecei1099511627776ee'],
  ['an unknown kind', 'd8:msg_typei9e5:piecei0ee'],
  ['a reject of what was not asked for', 'd8:msg_typei2e5:piecei0ee'],
] as const) {
  add(`ut_metadata: ${name}`, every, metadata(text), kept)
}

// BEP 11
const pex = (text: string) => (t: Target) => extended(t.extensions.ut_pex, raw(text))
const byLength = (text: string) => `${text.length}:${text}`
for (const [name, text] of [
  ['nothing', ''],
  ['a list', 'le'],
  ['bytes', 'hello'],
  ['half a megabyte', `d5:added${byLength('\x7f\0\x01\x01\x1a\xe1'.repeat(100_000))}e`],
] as const) {
  add(`ut_pex: ${name}`, every, pex(text))
}
add('ut_pex: one message after the other', every, (t) =>
  Buffer.concat(Array.from({ length: 7 }, () => pex('de')(t))),
)
for (const [name, text] of [
  ['a number of peers', 'd5:addedi7ee'],
  ['a list of peers', 'd5:addedl6:abcdefee'],
  ['peers of 5 bytes', 'd5:added5:abcdee'],
  ['ports 0', `d5:added${byLength('\x7f\0\x01\x01\0\0'.repeat(50))}6:added618:${'\0'.repeat(18)}e`],
  ['flags without peers', `d7:added.f50:${'\x1f'.repeat(50)}e`],
  [
    'a thousand peers',
    `d5:added${byLength(Array.from({ length: 1000 }, (_, at) => `\x7f\x09${String.fromCharCode(at >> 8, at & 255)}\0\x09`).join(''))}e`,
  ],
] as const) {
  add(`ut_pex: ${name}`, every, pex(text), kept)
}

// lt_donthave, and what later protocols may bring
const lost =
  (...bytes: number[]) =>
  (t: Target) =>
    Buffer.concat([frame(14), extended(t.extensions.lt_donthave, Buffer.from(bytes))])
// (a seed hangs up on another seed)
add('lt_donthave: three bytes', ['download', 'magnet'], lost(0, 0, 0), kept)
add('lt_donthave: piece 2^32 - 1', ['download', 'magnet'], lost(255, 255, 255, 255), kept)
for (const kind of [10, 11, 12, 18, 19, 21, 22, 23, 99, 255]) {
  add(`unknown: kind ${kind}`, every, () => frame(kind, Buffer.alloc(100)), kept)
}

export const badMessages: readonly BadMessage[] = all
