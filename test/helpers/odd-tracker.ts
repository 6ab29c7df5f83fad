import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { TestContext } from 'node:test'
import { type BInput, bencode } from '../../src/metainfo/index.ts'
import { listen } from './listen.ts'

/** What a tracker was told, bytes as latin1. */
export type Query = Map<string, string>

export interface OddTracker {
  url: string
  /** Every announce, in order. */
  queries: Query[]
  requests: IncomingMessage[]
  /** Answers being written now, and the most there ever were at a time. */
  open: number
  most: number
}

/**
 * A tracker on 127.0.0.1 that speaks HTTP and answers as the test wants: with a dictionary, or by what a function does
 * with the response. Ends with the test.
 */
export async function oddTracker(
  t: TestContext,
  answer: (query: Query, request: IncomingMessage, response: ServerResponse) => BInput | undefined,
  { path = '/announce', tls }: { path?: string; tls?: { key: string; cert: string } } = {},
): Promise<OddTracker> {
  const tracker: OddTracker = { url: '', queries: [], requests: [], open: 0, most: 0 }
  const take = (request: IncomingMessage, response: ServerResponse) => {
    const query = queryOf(request.url ?? '')
    tracker.queries.push(query)
    tracker.requests.push(request)
    tracker.most = Math.max(tracker.most, ++tracker.open)
    response.once('close', () => tracker.open--)
    const value = answer(query, request, response)
    if (value !== undefined) response.end(bencode(value))
  }
  const server = tls === undefined ? createServer(take) : createSecureServer(tls, take)
  const port = await listen(t, server)
  tracker.url = `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}${path}`
  return tracker
}

function queryOf(url: string): Query {
  const parts = (url.split('?')[1] ?? '').split('&').map((pair) => pair.split('='))
  const plain = (text: string) =>
    text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return new Map(parts.map(([name = '', value = '']) => [name, plain(value)]))
}

/** A UDP tracker on 127.0.0.1 that answers every datagram as the test wants. Ends with the test. */
export async function oddUdpTracker(
  t: TestContext,
  answer: (message: Buffer, send: (reply: Buffer) => void, from: RemoteInfo) => void,
): Promise<string> {
  const socket = createSocket('udp4')
  socket.on('message', (message, from) => {
    answer(message, (reply) => socket.send(reply, from.port, from.address), from)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return `udp://127.0.0.1:${socket.address().port}/announce?key=1`
}
