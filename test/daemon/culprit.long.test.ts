import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startDaemon, type TestDaemon } from '../helpers/daemon.ts'
import { waitUntil } from '../helpers/wait-until.ts'
import { serve } from '../helpers/web-server.ts'

const hash = (digit: string) => `${digit}1`.repeat(20)

/** Adds magnet links, each with a tracker that knows which it is. */
async function addMagnets(daemon: TestDaemon, tracker: string, hashes: string[]): Promise<void> {
  const client = await daemon.client()
  for (const one of hashes) {
    const tr = encodeURIComponent(`${tracker}/announce?of=${one}`)
    const magnet_uri = `magnet:?xt=urn:btih:${one}&tr=${tr}`
    await client.call('torrents.add', { magnet_uri, save_path: daemon.folder })
  }
  await client.close()
}

for (const [how, words] of [
  ['an exception', 'fatal exception'],
  ['an abort', 'fatal abort'],
] as const) {
  test(`a torrent whose tracker ends each host (${how}) is stopped with an error, and the others go on`, {
    timeout: 90_000,
  }, async (t) => {
    const daemon = await startDaemon(t, { sessions: { default: { active_downloads: -1 } } })
    await daemon.end()
    const hook = fileURLToPath(new URL('./support/fatal-words.mjs', import.meta.url))
    daemon.env.NODE_OPTIONS = `--import=${hook}`
    await daemon.start()
    const bad = hash('b')
    let harmless = false
    const { url } = await serve(t, daemon.folder, {
      instead: ({ url: path }, response) => {
        const said = path?.includes(`of=${bad}`) && !harmless ? words : 'welcome'
        // the others have been told long before
        const answer = () =>
          response.end(`d8:intervali1800e5:peers0:15:warning message${said.length}:${said}e`)
        if (said === words) setTimeout(answer, 300)
        else answer()
      },
    })
    const others = ['0', '1', '2', '3', '4', '5'].map(hash)
    await addMagnets(daemon, url, [...others.slice(0, 3), bad, ...others.slice(3)])
    const client = await daemon.client()
    t.after(() => client.close())
    const status = async (v1: string) => {
      const { torrents } = await client.call('torrents.list', {})
      return torrents.find(({ info_hash }) => info_hash?.[0] === v1)!
    }
    const stopped = await waitUntil(
      'it is stopped',
      async () => {
        const now = await status(bad)
        return now.error === null ? null : now
      },
      { timeoutMs: 60_000 },
    )
    assert.match(stopped.error!, /^the torrent was stopped: it ended the engine several times in a row/)
    const engine = async () => (await client.call('daemon.status', {})).sessions[0]!.engine
    await waitUntil('the engine runs', async () => (await engine()).state === 'running')
    const { crashes } = await engine()
    assert.ok(crashes >= 3 && crashes <= 6, `${crashes} crashes`)
    for (const one of others) {
      await waitUntil(`${one} is announced`, async () => {
        const { trackers } = await client.call('torrents.trackers.list', { info_hash: [one, null] })
        return trackers[0]!.endpoints[0]?.info_hashes[0].message === 'welcome'
      })
      assert.equal((await status(one)).error, null)
    }
    assert.equal((await engine()).crashes, crashes)

    // the tracker is mended: resuming is enough
    harmless = true
    await client.call('torrents.resume', { info_hash: [bad, null] })
    await waitUntil('it is announced', async () => {
      const { trackers } = await client.call('torrents.trackers.list', { info_hash: [bad, null] })
      return trackers[0]!.endpoints[0]?.info_hashes[0].message === 'welcome'
    })
    assert.equal((await status(bad)).error, null)
    assert.equal((await engine()).crashes, crashes)
  })
}
