import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { listen } from './listen.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface WebServer {
  url: string
  /** Paths that were asked for, as sent. */
  asked: string[]
  agents: Set<string | undefined>
}

/** A web server on 127.0.0.1 that sends files of a folder, and parts of them. `instead` may answer in its place. */
export async function serve(
  t: TestContext,
  folder: string,
  { ranges = true, instead }: { ranges?: boolean; instead?: Answer } = {},
): Promise<WebServer> {
  const seen = { asked: [] as string[], agents: new Set<string | undefined>() }
  const server = createServer(async (request, response) => {
    seen.asked.push(request.url ?? '')
    seen.agents.add(request.headers['user-agent'])
    if (instead) return instead(request, response)
    const path = join(folder, decodeURIComponent(request.url ?? ''))
    const found = await stat(path).catch(() => null)
    if (!found?.isFile()) return response.writeHead(404).end()
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    if (!ranges || from === undefined) {
      response.writeHead(200, { 'content-length': found.size })
      return createReadStream(path).pipe(response)
    }
    response.writeHead(206, {
      'content-range': `bytes ${from}-${to}/${found.size}`,
      'content-length': Number(to) - Number(from) + 1,
    })
    return createReadStream(path, { start: Number(from), end: Number(to) }).pipe(response)
  })
  const port = await listen(t, server)
  return { url: `http://127.0.0.1:${port}`, ...seen }
}
