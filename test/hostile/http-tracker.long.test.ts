import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { TrackerReport } from '../../src/daemon/engine/protocol.ts'
import { startTrackers } from '../engine/support/trackers.ts'
import { listen } from '../helpers/listen.ts'
import { withoutNetwork } from '../helpers/without-network.ts'
import { httpReplies } from './http-answers.ts'

await withoutNetwork()

/** A server that sends the same bytes to whoever asks, in portions. */
async function rawServer(t: TestContext, bytes: Buffer, portion = bytes.length): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', async () => {
      for (let at = 0; at < bytes.length && !socket.destroyed; at += portion) {
        socket.write(bytes.subarray(at, at + portion))
        if (portion < bytes.length) await new Promise((resolve) => setImmediate(resolve))
      }
      socket.end()
    })
  })
  return `http://127.0.0.1:${await listen(t, server)}/announce`
}

function outcomeOf({ verified, lastError, nextAnnounce }: TrackerReport): unknown {
  if (verified) return 'answered'
  const wait = (nextAnnounce ?? 0) - Date.now() / 1000
  // counted in whole seconds, from when it failed
  const nearest = [17, 30, 900, 1800].find((seconds) => wait <= seconds && wait > seconds - 13)
  return { code: lastError, wait: nearest ?? wait }
}

for (const portion of [undefined, 7]) {
  // a length that is too short counts as libtorrent counts it only when all comes at once
  const replies = httpReplies.filter(
    ({ name, bytes }) =>
      portion === undefined || (bytes.length < 5000 && !/length that is (too short|no number)/.test(name)),
  )
  test(`answers of HTTP trackers count as in libtorrent, ${portion === undefined ? 'each in one piece' : `in pieces of ${portion} bytes`}`, async (t) => {
    const urls = await Promise.all(replies.map(({ bytes }) => rawServer(t, bytes, portion)))
    // tiers of their own, all asked
    const run = startTrackers(
      t,
      urls.map((url) => [url]),
      { announce_to_all_trackers: true, stop_tracker_timeout: 0 },
    )
    const found = await Promise.all(
      replies.map(async ({ name }, i) => [name, outcomeOf(await run.asked(urls[i]!))] as const),
    )
    assert.deepEqual(
      Object.fromEntries(found),
      Object.fromEntries(replies.map(({ name, outcome }) => [name, outcome])),
    )
  })
}
