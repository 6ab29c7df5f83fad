import { httpResponse, statusLine } from '../http-answer.ts'
import { type HttpInput, httpLanes } from '../http-lanes.ts'
import { chunks } from '../mutate.ts'
import { base64, target } from '../target.ts'
import { trackerStage } from '../tracker-stage.ts'
import { madeTorrent, numPieces, pieceLength } from '../world.ts'

const lanesAtOnce = 16
const torrents = Array.from({ length: lanesAtOnce }, (_, lane) => madeTorrent(10 + lane))

/** A web seed (BEP 19): an HTTP server that answers a request for a range. */
export const webSeed = target<HttpInput>({
  name: 'web seed',
  make(random) {
    const size = torrents[0]!.data.length
    const piece = random.next(numPieces)
    const from = random.once(3) ? random.next(size) : 0
    const to = Math.min(size, from + random.one([pieceLength, pieceLength * 4, size]))
    // of any of them: right for some, wrong for most
    const right = torrents[piece % lanesAtOnce]!.data.subarray(from, to)
    const body = random.once(8) ? random.bytes(random.next(3000)) : Buffer.from(right)
    const range = random.once(4)
      ? random.one(['bytes */*', 'bytes 5-1/3', 'bytes 0-99999999999/5', 'lines 1-2/3', '', 'bytes -1--5/-7'])
      : `bytes ${from}-${to - 1}/${size}`
    const headers: [string, string][] = [
      ['Content-Type', 'application/octet-stream'],
      ['Content-Range', range],
      ...(random.once(10)
        ? [
            ['Location', random.one(['/', 'http://127.0.0.1:1/', '//', 'file:///etc/passwd', 'x:', ''])] as [
              string,
              string,
            ],
          ]
        : []),
    ]
    const status = statusLine(random, random.once(4) ? '200 OK' : '206 Partial Content')
    return {
      chunks: chunks(httpResponse(random, status, headers, body), random).map(base64),
      stays: random.once(4),
    }
  },
  async open() {
    const { lanes, close } = await httpLanes(lanesAtOnce, '/')
    return await trackerStage(lanes, close, (lane) => ({
      ti: torrents[lanes.indexOf(lane)]!.file.toString('base64'),
      trackers: [],
      url_seeds: [lane.url],
    }))
  },
})
