import { BDict, type BInput, type BValue, bdecode, bencode } from '../../../../metainfo/index.ts'
import { type Refusal, storable } from './item.ts'

/** As libtorrent reads datagrams of the DHT: nothing that BEP 5 or 44 names lies deeper or needs more items. */
const limits = { depth: 10, items: 500 }
/** Everything in the DHT is named by so many bytes. */
const idLength = 20
/** An id, an IPv4 address and a port. */
const nodeLength = 26
/** An IPv4 address and a port. */
const peerLength = 6
/** Nodes of one answer. BEP 5 asks for 8, others send up to 20. */
const mostNodes = 40
/** Peers of one answer; libtorrent sends 100 at most. */
const mostPeers = 200
/** Transactions are ours to choose (2 bytes) in answers; other nodes choose theirs in queries. */
const longestTransaction = 64
const longestToken = 256

/** BEP 5's codes. */
const protocolError = 203
const unknownMethod = 204

/** What is to be done with a datagram. */
export type Verdict =
  /** Another node asks: `bytes` say the same, with the fields that its query has and no other, each of its type. */
  | { kind: 'query'; bytes: Buffer }
  /** Another node answers our query of these two bytes; the same. */
  | { kind: 'answer'; transaction: string; bytes: Buffer }
  /** Another node asks for something that makes no sense: to be sent back. */
  | { kind: 'refuse'; bytes: Buffer }
  /** Nothing that a node of the DHT would send. */
  | { kind: 'drop' }

const drop: Verdict = { kind: 'drop' }

/**
 * Reads a datagram that anybody may have sent. The library that the result is for takes every field for what it
 * should be, so nothing reaches it that is not written anew from checked fields.
 */
export function readDatagram(bytes: Uint8Array): Verdict {
  let message: BValue
  try {
    message = bdecode(bytes, { form: 'loose', ...limits })
  } catch {
    // not for us: anything can be sent to a port
    return drop
  }
  if (!(message instanceof BDict)) return drop
  const t = message.bytes('t')
  if (t === undefined || t.length === 0 || t.length > longestTransaction) return drop
  switch (text(message.bytes('y'))) {
    case 'q':
      return query(message, t, bytes)
    case 'r':
      return t.length === 2 ? answer(message, t) : drop
    case 'e':
      return t.length === 2 ? failure(message, t) : drop
    default:
      return drop
  }
}

function query(message: BDict, t: Uint8Array, bytes: Uint8Array): Verdict {
  const refuse = ([code, why]: Refusal): Verdict => ({
    kind: 'refuse',
    bytes: Buffer.from(bencode({ t, y: 'e', e: [code, why] })),
  })
  const method = message.bytes('q')
  const given = message.dict('a')
  if (method === undefined) return refuse([protocolError, "missing or invalid 'q'"])
  if (given === undefined) return refuse([protocolError, "missing or invalid 'a'"])
  const id = given.bytes('id')
  if (id?.length !== idLength) return refuse([protocolError, "missing or invalid 'id'"])
  const read = queries.get(text(method)) ?? unknown
  const found = read(given, bytes)
  if (Array.isArray(found)) return refuse(found)
  const [q, a] = [found.as ?? text(method), { id, ...found.a }]
  return { kind: 'query', bytes: Buffer.from(bencode({ a, q, t, y: 'q' })) }
}

interface Arguments {
  a: { [name: string]: BInput }
  /** Handed on as another query. */
  as?: string
}

type ReadQuery = (given: BDict, bytes: Uint8Array) => Arguments | Refusal

/** What each query takes; BEP 5, BEP 44. */
const queries: ReadonlyMap<string, ReadQuery> = new Map(
  Object.entries<ReadQuery>({
    ping: () => ({ a: {} }),
    find_node: (given) => named(given, 'target'),
    get_peers: (given) => named(given, 'info_hash'),
    get: (given) => named(given, 'target'),
    announce_peer: (given) => {
      const hash = named(given, 'info_hash')
      if (Array.isArray(hash)) return hash
      const token = given.bytes('token')
      if (token === undefined || token.length > longestToken)
        return [protocolError, "missing or invalid 'token'"]
      const implied = Number(given.integer('implied_port') ?? 0) !== 0
      const port = Number(given.integer('port') ?? (implied ? 1 : 0))
      if (!(port > 0 && port <= 65535)) return [protocolError, 'invalid port']
      return { a: { ...hash.a, token, port, implied_port: implied ? 1 : 0 } }
    },
    put: (given, bytes) => {
      const token = given.bytes('token')
      if (token === undefined || token.length > longestToken)
        return [protocolError, "missing or invalid 'token'"]
      const item = storable(given, bytes)
      return Array.isArray(item) ? item : { a: { token, ...item } }
    },
  }),
)

/** As libtorrent does for queries that are newer than it: who names a place gets the nodes near it. */
const unknown: ReadQuery = (given) => {
  const target = [given.bytes('target'), given.bytes('info_hash')].find((id) => id?.length === idLength)
  return target === undefined ? [unknownMethod, 'unknown method'] : { as: 'find_node', a: { target } }
}

function named(given: BDict, name: string): Arguments | Refusal {
  const id = given.bytes(name)
  return id?.length === idLength ? { a: { [name]: id } } : [protocolError, `missing or invalid '${name}'`]
}

function answer(message: BDict, t: Uint8Array): Verdict {
  const given = message.dict('r')
  const id = given?.bytes('id')
  if (given === undefined || id?.length !== idLength) return drop
  const nodes = given.bytes('nodes')
  const token = given.bytes('token')
  const values = peersOf(given.list('values') ?? [])
  const r = {
    id,
    nodes: nodes?.subarray(0, wholeEntries(nodes.length, nodeLength, mostNodes)),
    token: token !== undefined && token.length <= longestToken ? token : undefined,
    values: values.length > 0 ? values : undefined,
  }
  return { kind: 'answer', transaction: text(t), bytes: Buffer.from(bencode({ r, t, y: 'r' })) }
}

/** Each a string of its own, or (as the first clients did) one string with all of them. */
function peersOf(values: BValue[]): Uint8Array[] {
  const [first] = values
  if (values.length === 1 && first instanceof Uint8Array) {
    const whole = wholeEntries(first.length, peerLength, mostPeers) / peerLength
    return Array.from({ length: whole }, (_, i) => first.subarray(i * peerLength, (i + 1) * peerLength))
  }
  return values
    .filter((value): value is Uint8Array => value instanceof Uint8Array && value.length === peerLength)
    .slice(0, mostPeers)
}

function wholeEntries(length: number, size: number, most: number): number {
  return Math.min(most, Math.floor(length / size)) * size
}

function failure(message: BDict, t: Uint8Array): Verdict {
  const [code, why] = message.list('e') ?? []
  const e = [
    typeof code === 'number' ? code : protocolError,
    why instanceof Uint8Array ? why.subarray(0, 200) : '',
  ]
  return { kind: 'answer', transaction: text(t), bytes: Buffer.from(bencode({ e, t, y: 'e' })) }
}

/** One character a byte. */
function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined
    ? ''
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
