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
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
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

/** What a request brought: method and place, and what it carried. */
interface Seen {
  at: string
  body: string
  carried: string[]
}

/** A server that notes what comes and answers as `answers` says; `seen` grows. */
async function noted(
  t: TestContext,
  seen: Seen[],
  answers: (path: string, host: string) => [status: number, headers?: Record<string, string | string[]>],
): Promise<string> {
  const carried = ['authorization', 'cookie', 'content-type', 'x-own']
  return await serve(t, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const path = request.url as string
    seen.push({
      at: `${request.method} ${path}`,
      body: Buffer.concat(chunks).toString(),
      carried: carried.filter((name) => request.headers[name] !== undefined),
    })
    const [status, headers = {}] = answers(path, request.headers.host as string)
    response.writeHead(status, headers).end(`body of ${path}`)
  })
}

/** Sends one request after another; prints what each callback gets. */
const sendAll = `
  local client = require("http.client")
  local function send(i)
    local options = requests[i]
    if not options then return end
    options.callback = function(status, content, headers, url)
      print(i, status, content, headers and headers["X-NAME"], url)
      send(i + 1)
    end
    client.request(options)
  end
  send(1)`

test('redirects are followed when asked for, with the methods of RFC 9110, up to a limit', async (t) => {
  const seen: Seen[] = []
  const url = await noted(t, seen, (path) => {
    const status = Number(/^\/(\d+)/.exec(path)?.[1] ?? 200)
    return status === 200
      ? [200, { 'x-name': 'end' }]
      : [status, { location: path.endsWith('loop') ? path : 'end' }]
  })
  const { code, out, stderr } = await runLua(
    t,
    `local function post(path, redirects)
       return { url = arg[1] .. path, body = "data", redirects = redirects, headers = { ["Content-Type"] = "text/x", ["X-Own"] = "1" } }
     end
     requests = { post("/301", 1), post("/302", 1), post("/303", 1), post("/307", 1), post("/308", 1),
       { url = arg[1] .. "/303", method = "HEAD", redirects = 5 }, { url = arg[1] .. "/302", method = "PUT", redirects = 5 },
       { url = arg[1] .. "/302", redirects = 0 }, { url = arg[1] .. "/304", redirects = 5 },
       { url = arg[1] .. "/302loop", redirects = 3 } }
     ${sendAll}`,
    { args: [url] },
  )
  assert.equal(code, 0)
  assert.match(stderr, /^porla-lua: warning: GET http:\/\/\S+\/302loop: more than 3 redirects\n$/)
  const end = `200\tbody of /end\tend\t${url}/end`
  assert.deepEqual(out.split('\n'), [
    ...[1, 2, 3, 4, 5].map((i) => `${i}\t${end}`),
    `6\t200\t\tend\t${url}/end`,
    `7\t${end}`,
    `8\t302\tbody of /302\tnil\t${url}/302`,
    `9\t304\t\tnil\t${url}/304`,
    '10\t-1\t\tnil\tnil',
    '',
  ])
  const all = ['content-type', 'x-own']
  assert.deepEqual(
    seen.filter(({ at }) => at.endsWith('/end')),
    [
      { at: 'GET /end', body: '', carried: ['x-own'] },
      { at: 'GET /end', body: '', carried: ['x-own'] },
      { at: 'GET /end', body: '', carried: ['x-own'] },
      { at: 'POST /end', body: 'data', carried: all },
      { at: 'POST /end', body: 'data', carried: all },
      { at: 'HEAD /end', body: '', carried: [] },
      { at: 'PUT /end', body: '', carried: [] },
    ],
  )
  assert.equal(seen.filter(({ at }) => at === 'GET /302loop').length, 4)
})

test('what says who asks is not carried to another host, and other places than HTTP are not asked', async (t) => {
  const seen: Seen[] = []
  const other = await noted(t, seen, () => [200])
  const url = await noted(t, seen, (path) => {
    if (path === '/away') return [307, { location: `${other}/there` }]
    if (path === '/stay') return [307, { location: '/here' }]
    if (path === '/file') return [302, { location: 'file:///etc/passwd' }]
    if (path === '/bad') return [302, { location: 'http://[' }]
    return [200]
  })
  const { code, out, stderr } = await runLua(
    t,
    `local secrets = { Authorization = "Basic eDp5", Cookie = "a=b", ["X-Own"] = "1" }
     requests = {}
     for _, path in ipairs { "/away", "/stay", "/file", "/bad" } do
       table.insert(requests, { url = arg[1] .. path, redirects = 2, headers = secrets })
     end
     table.insert(requests, { url = arg[1]:gsub("//", "//user:word@") .. "/away", redirects = 2 })
     ${sendAll}`,
    { args: [url] },
  )
  assert.equal(code, 0)
  assert.match(out, /^1\t200.*\n2\t200.*\n3\t-1.*\n4\t-1.*\n5\t200/)
  assert.match(
    stderr,
    /redirected to file:, which is neither.*\n.*redirected to 'http:\/\/\[', which is no URL\n$/,
  )
  const secrets = ['authorization', 'cookie', 'x-own']
  assert.deepEqual(
    seen.map(({ at, carried }) => ({ at, carried })),
    [
      { at: 'GET /away', carried: secrets },
      { at: 'GET /there', carried: ['x-own'] },
      { at: 'GET /stay', carried: secrets },
      { at: 'GET /here', carried: secrets },
      { at: 'GET /file', carried: secrets },
      { at: 'GET /bad', carried: secrets },
      { at: 'GET /away', carried: ['authorization'] },
      { at: 'GET /there', carried: [] },
    ],
  )
})

test('header fields are found in any case, and those that come several times are whole', async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(200, [
      ['X-One', 'caf\xe9'],
      ['Link', 'a'],
      ['link', 'b'],
      ['Set-Cookie', 'x=1, y'],
      ['Set-Cookie', 'z=2'],
    ] as unknown as Record<string, string>)
    response.end()
  })
  const { out, stderr } = await runLua(
    t,
    `require("http.client").request{ url = arg[1], callback = function(_, _, h)
       print(h["X-ONE"] == "caf\\xe9", h.link, h.LINK, h["set-cookie"], h["x-none"])
       print(table.concat(h:all("Set-Cookie"), "|"), #h:all("link"), #h:all("none"))
       local names = {}
       for name, value in pairs(h) do names[name] = value end
       print(names["x-one"] == "caf\\xe9", names.link, names["X-One"], tostring(h):match("^HttpHeaders"))
     end }`,
    { args: [url] },
  )
  assert.equal(stderr, '')
  assert.deepEqual(out.split('\n').slice(0, 3), [
    'true\ta, b\ta, b\tx=1, y\tnil',
    'x=1, y|z=2\t2\t0',
    'true\ta, b\tnil\tHttpHeaders',
  ])
})

test('a timeout covers redirects and the body', async (t) => {
  const url = await serve(t, (request, response) => {
    if (request.url === '/slow') response.writeHead(200).write('a part')
    else response.writeHead(302, { location: '/slow' }).end()
  })
  const { out, stderr } = await runLua(
    t,
    `requests = {{ url = arg[1], redirects = 1, timeout = 0.3 }} ${sendAll}`,
    {
      args: [url],
    },
  )
  assert.equal(out, '1\t-1\t\tnil\tnil\n')
  assert.match(stderr, /\/slow: no complete answer in time\n$/)
})
