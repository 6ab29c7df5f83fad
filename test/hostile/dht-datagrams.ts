import { type BInput, bencode } from '../../src/metainfo/index.ts'

/** What a node has to make of a datagram; the codes are libtorrent 2.0's, but for an unknown method (BEP 5: 204). */
export type Expected = 'answer' | 'silence' | 203 | 204 | 205 | 207

export interface Datagram {
  name: string
  bytes: Uint8Array
  expected: Expected
}

const id = Buffer.alloc(20, 'i')
const hash = Buffer.alloc(20, 'h')
const t = 'aa'

/** Values that are not what a field should be. */
const wrong: [string, BInput | undefined][] = [
  ['missing', undefined],
  ['a number', 5],
  ['a negative number', -1],
  ['a list', []],
  ['a list of lists', [[[[[]]]]]],
  ['a dictionary', {}],
  ['a dictionary with a length', { length: 20 }],
  ['empty', ''],
  ['19 bytes', Buffer.alloc(19)],
  ['21 bytes', Buffer.alloc(21)],
  ['40 hex digits', 'ab'.repeat(20)],
  ['1400 bytes', Buffer.alloc(1400)],
]

const query = (q: BInput | undefined, a: BInput | undefined, more: Record<string, BInput | undefined> = {}) =>
  bencode({ t, y: 'q', q, a, ...more })

/** Queries of every kind with each field that names something spoilt in every way. */
function spoiltQueries(): Datagram[] {
  const kinds: [string, Record<string, BInput>, string[]][] = [
    ['ping', { id }, ['id']],
    ['find_node', { id, target: hash }, ['id', 'target']],
    ['get_peers', { id, info_hash: hash }, ['id', 'info_hash']],
    ['get', { id, target: hash }, ['id', 'target']],
    ['announce_peer', { id, info_hash: hash, port: 6881, token: 'x' }, ['id', 'info_hash']],
    ['put', { id, token: 'x', v: 'value' }, ['id']],
  ]
  return kinds.flatMap(([q, whole, names]) =>
    names.flatMap((name) =>
      wrong.map(([how, value]): Datagram => {
        return {
          name: `${q}: ${name} is ${how}`,
          bytes: query(q, { ...whole, [name]: value }),
          expected: 203,
        }
      }),
    ),
  )
}

/** A token is any string; whoever has none of ours is told so. */
function spoiltWrites(): Datagram[] {
  const announce = { id, info_hash: hash, port: 6881, token: 'x' }
  const item = { id, token: 'x', v: 'v', k: Buffer.alloc(32, 'k'), sig: Buffer.alloc(64, 's'), seq: 1 }
  const cases: [string, string, BInput, Expected][] = [
    ...[undefined, 5, [], {}].map((token): [string, string, BInput, Expected] => {
      return [`announce_peer: token ${JSON.stringify(token)}`, 'announce_peer', { ...announce, token }, 203]
    }),
    ...[undefined, 0, -1, 65536, 2 ** 40, 'x', []].map((port): [string, string, BInput, Expected] => {
      return [`announce_peer: port ${JSON.stringify(port)}`, 'announce_peer', { ...announce, port }, 203]
    }),
    ['announce_peer: a token that is not ours', 'announce_peer', announce, 203],
    ['announce_peer: a long token', 'announce_peer', { ...announce, token: 'x'.repeat(1000) }, 203],
    ['put: a token that is a number', 'put', { ...item, token: 5 }, 203],
    ['put: no value', 'put', { id, token: 'x' }, 203],
    ['put: a value of 1001 bytes', 'put', { id, token: 'x', v: 'v'.repeat(1001) }, 205],
    ['put: a dictionary of 1100 bytes', 'put', { id, token: 'x', v: { a: 'v'.repeat(1100) } }, 205],
    ['put: a long list', 'put', { id, token: 'x', v: Array(400).fill('abcd') }, 205],
    ['put: a salt of 65 bytes', 'put', { ...item, salt: 's'.repeat(65) }, 207],
    ...(['k', 'sig', 'seq', 'salt', 'cas'] as const).flatMap((name) =>
      [{}, [], ...(name === 'seq' || name === 'cas' ? ['x'] : [5])].map(
        (value): [string, string, BInput, Expected] => [
          `put: ${name} is ${JSON.stringify(value)}`,
          'put',
          { ...item, [name]: value },
          203,
        ],
      ),
    ),
    ...(['k', 'sig'] as const).map((name): [string, string, BInput, Expected] => [
      `put: ${name} of 5 bytes`,
      'put',
      { ...item, [name]: 'short' },
      203,
    ]),
    ['put: seq -1', 'put', { ...item, seq: -1 }, 203],
  ]
  return cases.map(([name, q, a, expected]) => ({ name, bytes: query(q, a), expected }))
}

const raw = (name: string, text: string | Uint8Array, expected: Expected): Datagram => {
  return { name, bytes: typeof text === 'string' ? Buffer.from(text, 'latin1') : text, expected }
}

function oddFrames(): Datagram[] {
  const args = `d2:id20:${id}6:target20:${hash}e`
  return [
    raw('one byte', 'd', 'silence'),
    raw('nothing but an end', 'e'.repeat(30), 'silence'),
    raw('a list', `l${'1:a'.repeat(20)}e`, 'silence'),
    raw('zeros', Buffer.alloc(1400), 'silence'),
    raw('deep lists', 'l'.repeat(30_000), 'silence'),
    raw('deep dictionaries', 'd1:a'.repeat(8000), 'silence'),
    raw(
      'deep lists in the arguments',
      `d1:a${'l'.repeat(20_000)}${'e'.repeat(20_000)}1:q4:ping1:t2:aa1:y1:qe`,
      'silence',
    ),
    raw('many numbers', `d1:a${`l${'i1e'.repeat(15_000)}e`}1:q4:ping1:t2:aa1:y1:qe`, 'silence'),
    raw('a string that ends later', `d1:a${args}1:q9:find_node1:t2:aa1:y99:qe`, 'silence'),
    raw('a negative length', `d1:a${args}1:q-9:find_node1:t2:aa1:y1:qe`, 'silence'),
    raw('no kind', `d1:a${args}1:q9:find_node1:t2:aae`, 'silence'),
    raw('a kind that is a number', `d1:a${args}1:q9:find_node1:t2:aa1:yi5ee`, 'silence'),
    raw('a kind that nobody knows', `d1:a${args}1:q9:find_node1:t2:aa1:y1:xe`, 'silence'),
    raw('__proto__ for the arguments', `d9:__proto__d1:a${args}e1:q9:find_node1:t2:aa1:y1:qe`, 203),
    raw(
      '__proto__ among the arguments',
      `d1:ad9:__proto__d6:target20:${hash}e2:id20:${id}e1:q9:find_node1:t2:aa1:y1:qe`,
      203,
    ),
    raw(
      'the target twice, the first a number',
      `d1:ad2:id20:${id}6:targeti5e6:target20:${hash}e1:q9:find_node1:t2:aa1:y1:qe`,
      203,
    ),
    raw(
      'the target twice, the second a number',
      `d1:ad2:id20:${id}6:target20:${hash}6:targeti5ee1:q9:find_node1:t2:aa1:y1:qe`,
      'answer',
    ),
    ...[undefined, 5, [], {}, ''].map((q) => {
      return {
        name: `q is ${JSON.stringify(q)}`,
        bytes: query(q, { id }),
        expected: q === '' ? 204 : 203,
      } as Datagram
    }),
    ...[undefined, 5, [], 'x'].map((a) => {
      return { name: `a is ${JSON.stringify(a)}`, bytes: query('ping', a), expected: 203 } as Datagram
    }),
    ...['toString', '__proto__', 'constructor', 'vote'].map((q) => {
      return { name: `the unknown query ${q}`, bytes: query(q, { id }), expected: 204 } as Datagram
    }),
    {
      name: 'an unknown query that names a target',
      bytes: query('vote', { id, target: hash }),
      expected: 'answer',
    },
    {
      name: 'a long transaction',
      bytes: query('ping', { id }, { t: 'x'.repeat(1000) }),
      expected: 'silence',
    },
    { name: 'a transaction that is a number', bytes: query('ping', { id }, { t: 5 }), expected: 'silence' },
    { name: 'a transaction of one byte', bytes: query('ping', { id }, { t: 'a' }), expected: 'answer' },
    { name: 'a sound ping', bytes: query('ping', { id }), expected: 'answer' },
    {
      name: 'a sound ping with more in it',
      bytes: query('ping', { id, x: [{}, [1]] }, { v: 'LT\0\0', ro: 1 }),
      expected: 'answer',
    },
    {
      name: 'an answer that nobody asked for',
      bytes: bencode({ t, y: 'r', r: { id, token: 5, nodes: 7, values: {} } }),
      expected: 'silence',
    },
    {
      name: 'an error that nobody asked for',
      bytes: bencode({ t, y: 'e', e: { 0: {} } }),
      expected: 'silence',
    },
  ]
}

/** Datagrams of strangers to a node that never heard of them. */
export function hostileDatagrams(): Datagram[] {
  return [...spoiltQueries(), ...spoiltWrites(), ...oddFrames()]
}

/** What a node may answer to `t`, a query of ours; a test or fuzzer sends them from where it was asked. */
export function hostileAnswers(t: Uint8Array): Uint8Array[] {
  const answer = (r: BInput | undefined) => bencode({ t, y: 'r', r })
  const error = (e: BInput | undefined) => bencode({ t, y: 'e', e })
  const odd: BInput[] = [
    5,
    -1,
    [],
    [[]],
    {},
    { length: 26 },
    '',
    'x',
    Buffer.alloc(19),
    Buffer.alloc(27),
    Buffer.alloc(1300, 1),
  ]
  return [
    ...[undefined, ...odd].map(answer),
    ...odd.map((id) => answer({ id })),
    ...odd.map((nodes) => answer({ id, nodes })),
    ...odd.map((token) => answer({ id, token })),
    ...odd.map((values) => answer({ id, values, token: 'x' })),
    ...odd.map((value) => answer({ id, values: [value, value], token: 'x' })),
    ...odd.map((value) => answer({ id, v: value, k: value, sig: value, seq: value, token: 'x' })),
    ...[undefined, ...odd].map(error),
    ...odd.map((one) => error([one, one])),
    error([[['a'], { b: [] }], { toString: 5 }]),
    // nodes of which each leads to another, and addresses that are none
    answer({ id, nodes: Buffer.concat([hash, Buffer.from([127, 0, 0, 1, 0, 0])]) }),
    answer({ id, nodes: Buffer.concat([hash, Buffer.from([0, 0, 0, 0, 0, 1])]) }),
    answer({ id, nodes: Buffer.concat([hash, Buffer.from([255, 255, 255, 255, 255, 255])]) }),
    answer({ id, values: [Buffer.from([0, 0, 0, 0, 0, 0]), Buffer.from([255, 255, 255, 255, 0, 1])] }),
  ]
}
