import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { fetchRange } from '../../src/daemon/engine/host/web-seeds/web-request.ts'
import { parseTorrent } from '../../src/metainfo/index.ts'
import { file, makeTorrent } from '../engine/support/data.ts'
import { listen } from '../helpers/listen.ts'
import { withoutNetwork } from '../helpers/without-network.ts'
import { fileBytes, fileLength, webSeedReplies } from './web-seed-answers.ts'

await withoutNetwork()

const meta = parseTorrent(makeTorrent([file('f', fileLength)], fileLength).bytes)

interface RawServer {
  url: string
  requests: string[]
}

/** A server that does as told once it was asked. */
async function rawServer(
  t: TestContext,
  answer: (socket: Socket, count: number) => void,
): Promise<RawServer> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      requests.push(bytes.toString())
      answer(socket, requests.length)
    })
  })
  const port = await listen(t, server)
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  return { url: `http://127.0.0.1:${port}/f`, requests }
}

function fetchFile(url: string, timeoutMs = 5000): Promise<Uint8Array> {
  const { signal } = new AbortController()
  return fetchRange(meta, url, 0, fileLength, { userAgent: 'test', proxy: null, timeoutMs, signal })
}

test('answers of web seeds are of use as they are to libtorrent', async (t) => {
  const found = await Promise.all(
    webSeedReplies.map(async ({ name, bytes }) => {
      const { url } = await rawServer(t, (socket) => socket.end(bytes))
      const got = await fetchFile(url).catch((error: Error) => error)
      if (got instanceof Error) {
        assert.match(got.message, /^web seed http:\/\/127.0.0.1:\d+\/f: ./)
        return [name, false]
      }
      return [name, Buffer.from(got).equals(fileBytes)]
    }),
  )
  assert.deepEqual(
    Object.fromEntries(found),
    Object.fromEntries(webSeedReplies.map(({ name, good }) => [name, good])),
  )
})

test('a body without end is read as far as it was asked for', async (t) => {
  let sent = 0
  const { url } = await rawServer(t, (socket) => {
    const head = `HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-${fileLength - 1}/99999999\r\n\r\n`
    const more = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(100_000))) sent += 100_000
    }
    socket.on('drain', more)
    socket.write(head)
    more()
  })
  assert.equal((await fetchFile(url)).length, fileLength)
  assert.ok(sent < 50_000_000, `${sent} bytes were sent`)
})

test('headers, chunks and trailers without end are refused', async (t) => {
  for (const [start, more] of [
    ['HTTP/1.1 206 Partial\r\n', 'X: y\r\n'],
    ['HTTP/1.1 206 Partial\r\nX: ', 'y'],
    ['', 'x'],
    ['HTTP/1.1 206 P\r\nTransfer-Encoding: chunked\r\n\r\n', 'x'],
    ['HTTP/1.1 206 P\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 'x: y\r\n'],
  ] as const) {
    const { url } = await rawServer(t, (socket) => {
      const rest = more.repeat(20_000)
      const write = () => {
        while (!socket.destroyed && socket.write(rest));
      }
      socket.on('drain', write)
      socket.write(start)
      write()
    })
    await assert.rejects(fetchFile(url), /longer than|too long|no length of a chunk/, `${start} ${more}`)
  }
})

test('redirects in a circle come to an end', async (t) => {
  const { url, requests } = await rawServer(t, (socket) => {
    socket.end('HTTP/1.1 302 Found\r\nLocation: /f\r\nContent-Length: 0\r\n\r\n')
  })
  await assert.rejects(fetchFile(url), /redirects more than 20 times/)
  assert.equal(requests.length, 21)
})

test('a connection is kept for the next request, unless something came that nobody asked for', async (t) => {
  const sockets = new Set<Socket>()
  const head = `HTTP/1.1 206 P\r\nContent-Length: ${fileLength}\r\n\r\n`
  const whole = Buffer.concat([Buffer.from(head), fileBytes])
  const { url, requests } = await rawServer(t, (socket, count) => {
    sockets.add(socket)
    socket.write(count === 3 ? Buffer.concat([whole, Buffer.from('HTTP/1.1 200 forged')]) : whole)
  })
  for (let i = 1; i <= 4; i++) assert.deepEqual(Buffer.from(await fetchFile(url)), fileBytes)
  assert.equal(sockets.size, 2, 'the third answer was its last')
  // the server ends it while it waits: another one is opened
  for (const socket of sockets) socket.destroy()
  assert.deepEqual(Buffer.from(await fetchFile(url)), fileBytes)
  assert.equal(requests.length, 5)
})
