// http.client against a real server on this machine.

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { listen } from '../helpers/listen.ts'
import { runLua } from '../helpers/lua.ts'

/** Starts a server for a test; returns where it is. */
async function serve(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  return `http://127.0.0.1:${await listen(t, createServer(answer))}`
}

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i))

test('method, headers and body arrive as they are, and so does the answer', async (t) => {
  const seen: [string | undefined, string | undefined, string | undefined, Buffer][] = []
  const url = await serve(t, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { 'x-one': one, 'content-length': length } = request.headers
    seen.push([`${request.method} ${request.url}`, one as string, length, Buffer.concat(chunks)])
    response.writeHead(201, { 'content-type': 'text/plain' })
    response.end(everyByte)
  })
  const { code, out, stderr } = await runLua(
    t,
    `local client = require("http.client")
     local url = arg[1]
     local all = {}
     for i = 0, 255 do all[#all + 1] = string.char(i) end
     all = table.concat(all)
     local requests = {
       { url = url .. "/a?b=c" },
       { url = url .. "/post", body = all, headers = { ["X-One"] = "caf\\xe9" } },
       { url = url, method = "put", body = all },
       { url = url, method = "GET", body = "with a body" },
       { url = url, method = "DELETE" },
     }
     local function send(i)
       local request = requests[i]
       if not request then return end
       request.callback = function(status, content)
         print(i, math.type(status), status, content == all)
         send(i + 1)
       end
       assert(select("#", client.request(request)) == 0)
     end
     send(1)`,
    { args: [url] },
  )
  assert.deepEqual([code, stderr], [0, ''])
  assert.equal(out, [1, 2, 3, 4, 5].map((i) => `${i}\tinteger\t201\ttrue\n`).join(''))
  assert.deepEqual(seen, [
    ['GET /a?b=c', undefined, undefined, Buffer.alloc(0)],
    ['POST /post', 'caf\xe9', '256', everyByte],
    ['PUT /', undefined, '256', everyByte],
    ['GET /', undefined, '11', Buffer.from('with a body')],
    ['DELETE /', undefined, undefined, Buffer.alloc(0)],
  ])
})

test('a large answer is whole, compressed ones stay as they are, redirects are not followed', async (t) => {
  const large = Buffer.alloc(20_000_000, 'abcdefg')
  const url = await serve(t, (request, response) => {
    if (request.url === '/large') response.end(large)
    else if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(everyByte)
    else response.writeHead(302, { location: `${url}/large` }).end('elsewhere')
  })
  const { code, out } = await runLua(
    t,
    `local client = require("http.client")
     for _, name in ipairs { "large", "gzip", "redirect" } do
       client.request{ url = arg[1] .. "/" .. name, callback = function(status, content)
         print(name, status, #content, content == ("abcdefg"):rep(3000000):sub(1, 20000000))
       end }
     end`,
    { args: [url] },
  )
  assert.equal(code, 0)
  assert.deepEqual(out.split('\n').sort(), [
    '',
    'gzip\t200\t256\tfalse',
    'large\t200\t20000000\ttrue',
    'redirect\t302\t9\tfalse',
  ])
})

test('no answer is -1, the empty string, and a line on stderr', async (t) => {
  const silent = createTcpServer(() => {})
  const rude = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this')
  })
  for (const server of [silent, rude]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
  }
  const port = (server: typeof silent) => String((server.address() as AddressInfo).port)
  const { code, out, stderr } = await runLua(
    t,
    `local client = require("http.client")
     local function request(name, port, timeout)
       client.request{ url = "http://127.0.0.1:" .. port .. "/" .. name, timeout = timeout, callback = function(status, content)
         print(name, status, content == "")
       end }
     end
     request("refused", 1)
     request("silent", arg[1], 0.3)
     request("rude", arg[2])`,
    { args: [port(silent), port(rude)] },
  )
  assert.equal(code, 0)
  assert.deepEqual(out.split('\n').sort(), ['', 'refused\t-1\ttrue', 'rude\t-1\ttrue', 'silent\t-1\ttrue'])
  const lines = stderr.trim().split('\n').sort()
  assert.equal(lines.length, 3)
  assert.match(stderr, /warning: GET http:\/\/127\.0\.0\.1:1\/refused: .*ECONNREFUSED/)
  assert.match(stderr, /\/silent: no complete answer in time/)
  assert.match(stderr, /\/rude: (aborted|.*before the answer was complete)/)
})

test('what cannot be sent is an error', async (t) => {
  const { code, out } = await runLua(
    t,
    `local client = require("http.client")
     for _, options in ipairs {
       {}, { url = "nowhere" }, { url = "ftp://x/" }, { url = "http://x/", method = "A B" },
       { url = "http://x/", headers = { ["a b"] = "c" } }, { url = "http://x/", headers = { a = "b\\r\\nc: d" } },
       { url = "http://x/", headers = { a = 5 } }, { url = "http://x/", timeout = 0 }, { url = "http://x/", body = {} },
     } do print((select(2, pcall(client.request, options)))) end`,
  )
  assert.equal(code, 0)
  const expected = [
    /needs a url/,
    /'nowhere' is no URL/,
    /'ftp:\/\/x\/' is neither/,
    /Method must be/,
    /Header name must be/,
    /Invalid character in header/,
    /got number at \[a\]/,
    /seconds above 0/,
    /string expected, got table/,
  ]
  const lines = out.split('\n')
  for (const [i, pattern] of expected.entries()) assert.match(lines[i] as string, pattern)
})
