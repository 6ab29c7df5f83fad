// Where a redirect leads, by RFC 9110, 15.4, without anybody to ask: https: needs no certificate here.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hop, redirected } from '../../src/cli/lua/packages/http/redirect.ts'

const hop = (url: string, changes: Partial<Hop> = {}): Hop => ({
  url: new URL(url),
  method: 'GET',
  headers: [],
  body: undefined,
  ...changes,
})

test('an answer over https: that sends to http: is an error, the other way round is not', () => {
  assert.throws(() => redirected(hop('https://a.test/x'), 302, 'http://a.test/x'), /from https: to http:/)
  assert.equal(redirected(hop('http://a.test/x'), 302, 'https://a.test/y')?.url.href, 'https://a.test/y')
  assert.equal(redirected(hop('https://a.test/x'), 302, 'y?z')?.url.href, 'https://a.test/y?z')
})

test('another scheme, port or host is another origin: what says who asks stays behind', () => {
  const headers = [
    ['Authorization', 'x'],
    ['Cookie', 'y'],
    ['Accept', 'z'],
  ] as const
  const kept = (from: string, to: string) =>
    redirected(hop(from, { headers: headers.map(([name, value]) => [name, value]) }), 307, to)?.headers.length
  assert.equal(kept('https://a.test/x', 'https://a.test/y'), 3)
  for (const to of ['https://b.test/', 'https://a.test:8443/', 'https://sub.a.test/'])
    assert.equal(kept('https://a.test/x', to), 1, to)
  assert.equal(kept('http://a.test/x', 'https://a.test/'), 1)
})

test('the method follows the status', () => {
  const method = (given: string, status: number) =>
    redirected(hop('http://a.test/', { method: given }), status, '/b')?.method
  const methods = Object.fromEntries(
    [301, 302, 303, 307, 308, 300, 304].map((status) => [
      status,
      ['GET', 'HEAD', 'POST', 'PUT'].map((given) => method(given, status) ?? null).join(' '),
    ]),
  )
  assert.deepEqual(methods, {
    301: 'GET HEAD GET PUT',
    302: 'GET HEAD GET PUT',
    303: 'GET HEAD GET GET',
    307: 'GET HEAD POST PUT',
    308: 'GET HEAD POST PUT',
    300: '   ',
    304: '   ',
  })
})
