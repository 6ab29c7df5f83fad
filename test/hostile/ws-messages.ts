/** A description of a WebRTC peer as it stands in an announce. */
export interface Offer {
  offer: { type: string; sdp: string }
  /** 20 characters, one a byte. */
  offer_id: string
}

const odd: unknown[] = [
  null,
  true,
  0,
  -1,
  1e300,
  '',
  'x',
  'x'.repeat(20),
  '\u{1f4a9}'.repeat(10),
  [],
  [[]],
  {},
  { length: 20 },
]
const peer_id = '-XX0000-abcdefghijkl'

/**
 * What a tracker over WebSocket may send, as text or bytes. `info_hash` is that of the announce, one character a byte;
 * `offers` are those that came with it.
 */
export function hostileWsMessages(info_hash: string, offers: readonly Offer[]): (string | Buffer)[] {
  const sound = { action: 'announce', info_hash, complete: 1, incomplete: 2, interval: 60 }
  const json: unknown[] = [
    ...odd,
    ...odd.map((action) => ({ ...sound, action })),
    ...odd.map((info_hash) => ({ ...sound, info_hash })),
    { action: 'announce' },
    { action: 'scrape' },
    { action: 'scrape', files: { [info_hash]: null } },
    { action: 'scrape', files: 5 },
    ...[
      'complete',
      'incomplete',
      'downloaded',
      'interval',
      'min interval',
      'warning message',
      'tracker id',
    ].flatMap((name) => odd.map((value) => ({ ...sound, [name]: value }))),
    ...odd.map((value) => ({ action: 'announce', info_hash: 'y'.repeat(20), 'failure reason': value })),
    ...odd.flatMap((value) => [
      { ...sound, peer_id: value, offer: offers[0]?.offer, offer_id: 'o'.repeat(20) },
      { ...sound, peer_id, offer: value, offer_id: 'o'.repeat(20) },
      { ...sound, peer_id, offer: { type: 'offer', sdp: value }, offer_id: 'o'.repeat(20) },
      { ...sound, peer_id, offer: { type: value, sdp: 'v=0\r\n' }, offer_id: 'o'.repeat(20) },
      { ...sound, peer_id, offer: offers[0]?.offer, offer_id: value },
      { ...sound, peer_id, answer: value, offer_id: offers[0]?.offer_id },
      { ...sound, peer_id, answer: { type: 'answer', sdp: value }, offer_id: value },
      { ...sound, peer_id, answer: { renegotiate: value, transceiverRequest: value, candidate: value } },
    ]),
    ...['offer', 'answer', 'pranswer', 'rollback'].map((type) => {
      return { ...sound, peer_id, offer: { type, sdp: offers[1]?.offer.sdp }, offer_id: 'o'.repeat(20) }
    }),
    { ...sound, peer_id, offer: { type: 'offer', sdp: 'a'.repeat(1_000_000) }, offer_id: 'o'.repeat(20) },
    { ...sound, peer_id, answer: offers[0]?.offer, offer_id: offers[0]?.offer_id },
    // more peers than anybody could want
    ...spoiltSdp(offers[0]?.offer.sdp ?? '').flatMap((sdp, i) => [
      { ...sound, peer_id, offer: { type: 'offer', sdp }, offer_id: 'o'.repeat(20) },
      { ...sound, peer_id, answer: { type: 'answer', sdp }, offer_id: offers[i % offers.length]?.offer_id },
    ]),
  ]
  return [
    ...json.map((value) => JSON.stringify(value)),
    '',
    '{',
    'nonsense',
    '['.repeat(100_000),
    `{"__proto__":{"action":"announce","info_hash":"${'x'.repeat(20)}"}}`,
    JSON.stringify(sound).replace('{', '{"__proto__":null,'),
    Buffer.alloc(0),
    Buffer.from([0xff, 0xfe, 0]),
    Buffer.alloc(100_000, 0xff),
  ]
}

/** A sound description with a line taken out, doubled, cut short, or with another value. */
function spoiltSdp(sdp: string): string[] {
  const lines = sdp.split('\r\n')
  const write = (changed: string[]) => changed.join('\r\n')
  return [
    'v=0',
    'v=0\r\n',
    '\r\n'.repeat(1000),
    'a=candidate:'.repeat(1000),
    `${sdp}a=candidate:1 1 UDP 1 999.1.1.1 99999 typ host\r\n`,
    `${sdp}a=candidate:1 1 UDP 1 127.0.0.1 0 typ host\r\n`,
    `${sdp}a=candidate:${'9'.repeat(1000)}\r\n`,
    `${sdp}a=candidate:1 1 UDP 1 does-not-exist.local 9 typ host\r\n`,
    sdp.slice(0, sdp.length / 2),
    sdp.replaceAll('\r\n', '\n'),
    sdp.replaceAll('\r\n', ''),
    sdp.toUpperCase(),
    ...lines.map((_, i) => write(lines.filter((_, j) => j !== i))),
    ...lines.map((line, i) => write(lines.toSpliced(i, 0, line))),
    ...lines.map((line, i) => write(lines.with(i, line.slice(0, line.length / 2)))),
    ...lines.map((line, i) =>
      write(
        lines.with(
          i,
          line.replace(/[=: ].*/, (rest) => `${rest[0]}${'9'.repeat(40)}`),
        ),
      ),
    ),
  ]
}
