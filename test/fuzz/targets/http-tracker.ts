import { hostile, type Tree } from '../bencoded.ts'
import { httpResponse, statusLine } from '../http-answer.ts'
import { type HttpInput, httpLanes } from '../http-lanes.ts'
import { chunks } from '../mutate.ts'
import type { Random } from '../random.ts'
import { base64, target } from '../target.ts'
import { trackerStage } from '../tracker-stage.ts'

/** An HTTP tracker (BEP 3, 7, 23, 24, 31). */
export const httpTracker = target<HttpInput>({
  name: 'HTTP tracker',
  make(random) {
    const body = random.once(12) ? random.bytes(random.next(400)) : hostile(answer(random), random)
    const headers: [string, string][] = [['Content-Type', 'text/plain']]
    const whole = httpResponse(random, statusLine(random, '200 OK'), headers, body)
    return { chunks: chunks(whole, random).map(base64), stays: random.once(6) }
  },
  async open() {
    const { lanes, close } = await httpLanes(24, '/announce')
    return await trackerStage(lanes, close)
  },
})

function answer(random: Random): Tree {
  if (random.once(8))
    return {
      'failure reason': random.text().replace(/[^\0-\xff]/g, '?'),
      'retry in': random.one(['never', 5, -1]),
    }
  const compact = (length: number) => {
    const count = random.once(60) ? 50_000 : random.next(8)
    const one = () => {
      const bytes = random.bytes(length)
      if (!random.once(4)) bytes[0] = 127
      return bytes
    }
    return Buffer.concat([
      ...Array.from({ length: count }, one),
      random.bytes(random.once(5) ? random.next(length) : 0),
    ]).toString('latin1')
  }
  const named = (): Tree => ({
    ip: random.one(['127.0.0.1', '::1', '1.2.3.4', 'localhost', '', '256.1.1.1', '0']),
    'peer id': random.bytes(20).toString('latin1'),
    port: random.one([6881, 0, 65_535, 65_536, -1]),
  })
  return {
    complete: random.edge(),
    downloaded: random.edge(),
    'external ip': random.bytes(random.one([4, 16, 3])).toString('latin1'),
    incomplete: random.edge(),
    interval: random.one([1800, 0, -1, 1, 2 ** 31, random.edge()]),
    'min interval': random.one([60, 0, -1, random.edge()]),
    peers: random.once(2) ? compact(6) : random.list(0, 5, named),
    peers6: compact(18),
    'tracker id': random.bytes(random.next(30)).toString('latin1'),
    'warning message': random.once(4) ? '\x1b[31mred' : 'slow',
  }
}
