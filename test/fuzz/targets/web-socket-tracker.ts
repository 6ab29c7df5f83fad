import { anyJson, type Json, mutateJson } from '../json.ts'
import { mutate } from '../mutate.ts'
import { tcpServer } from '../net.ts'
import type { Random } from '../random.ts'
import { base64, fromBase64, target } from '../target.ts'
import { type Lane, trackerStage } from '../tracker-stage.ts'
import { accept, readFrames, wsFrame } from '../web-socket.ts'

type WebSocketInput = {
  /** Bytes instead of the switch of protocols, base64; '' for a sound one. */
  greeting: string
  /** What answers each message, base64 of JSON; `HHH`, `PPP` and `OOO` stand for the hash, the peer and an offer's id. */
  answers: string[]
  /** How they are framed. */
  opcode: number
  final: boolean
  reserved: number
  masked: boolean
}

/** A WebSocket tracker, as WebTorrent's peers use them. */
export const webSocketTracker = target<WebSocketInput>({
  name: 'WebSocket tracker',
  make: (random) => ({
    greeting: random.once(20) ? base64(mutate(Buffer.from(accept('')), random)) : '',
    answers: random.list(1, 3, () => base64(answer(random))),
    opcode: random.once(10) ? random.next(16) : 1,
    final: !random.once(15),
    reserved: random.once(20) ? random.next(8) : 0,
    masked: random.once(20),
  }),
  async open() {
    const lanes: Lane<WebSocketInput>[] = []
    const servers = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const lane: Lane<WebSocketInput> = { url: '', input: null, answered: () => {} }
        lanes.push(lane)
        const server = await tcpServer((socket) => {
          let head = ''
          const greet = (chunk: Buffer) => {
            head += chunk.toString('latin1')
            if (!head.includes('\r\n\r\n')) return
            socket.off('data', greet)
            const input = lane.input
            socket.write(input?.greeting ? fromBase64(input.greeting) : accept(head))
            readFrames(socket, Buffer.alloc(0), (message) => {
              if (lane.input !== null && !socket.destroyed) answerTo(socket, message, lane.input)
              setTimeout(() => lane.answered(), 3)
            })
          }
          socket.on('data', greet)
        })
        lane.url = `ws://127.0.0.1:${server.port}/announce`
        return server
      }),
    )
    return await trackerStage(lanes, async () => {
      await Promise.all(servers.map((server) => server.close()))
    })
  },
})

function answerTo(socket: import('node:net').Socket, message: string, input: WebSocketInput): void {
  const asked = asRecord(message)
  const offers = Array.isArray(asked.offers) ? asked.offers : []
  const words: Record<string, unknown> = {
    HHH: asked.info_hash,
    PPP: asked.peer_id,
    OOO: (offers[0] as Record<string, unknown> | undefined)?.offer_id,
  }
  for (const answer of input.answers) {
    let text = fromBase64(answer).toString('latin1')
    for (const [word, value] of Object.entries(words))
      text = text.replaceAll(`"${word}"`, JSON.stringify(value ?? word))
    socket.write(wsFrame(input.opcode, Buffer.from(text, 'latin1'), input))
  }
}

function asRecord(message: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(message)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function answer(random: Random): Buffer {
  const sdp = random.once(3)
    ? random.text()
    : 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 AA:BB\r\na=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\n'
  const forms: Json[] = [
    {
      action: 'announce',
      info_hash: 'HHH',
      interval: random.one([120, 0, -1, random.edge()]),
      complete: random.edge(),
      incomplete: random.edge(),
    },
    {
      action: 'announce',
      info_hash: 'HHH',
      peer_id: random.one(['PPP', 'a'.repeat(20)]),
      offer_id: 'x'.repeat(20),
      offer: { type: 'offer', sdp },
    },
    {
      action: 'announce',
      info_hash: 'HHH',
      peer_id: 'b'.repeat(20),
      offer_id: 'OOO',
      answer: { type: 'answer', sdp },
    },
    { action: 'scrape', files: { HHH: { complete: 1, incomplete: 2, downloaded: 3 } } },
    { action: 'announce', info_hash: 'HHH', 'failure reason': random.text() },
    {
      action: 'announce',
      info_hash: 'HHH',
      'warning message': random.text(),
      'tracker id': random.text(),
      'min interval': random.edge(),
    },
  ]
  const whole = random.once(8) ? anyJson(random) : random.one(forms)
  const text = Buffer.from(JSON.stringify(random.once(3) ? whole : mutateJson(whole, random)))
  return random.once(8) ? mutate(text, random) : text
}
