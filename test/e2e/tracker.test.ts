import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDaemon } from '../helpers/daemon.ts'
import { sha256All, writeFiles } from '../helpers/data.ts'
import { addTorrent, createTorrent, waitForSeeding } from '../helpers/torrents.ts'
import { startTracker } from '../helpers/tracker.ts'

for (const protocol of ['http', 'udp'] as const) {
  test(`a tracker introduces two daemons to each other over ${protocol}`, { timeout: 60_000 }, async (t) => {
    const tracker = await startTracker(t)
    const seeder = await startDaemon(t)
    const source = await seeder.makeFolder('source')
    await writeFiles(join(source, 'data'), { 'a.bin': 3_000_000, 'b/c.bin': 1_000_000 })
    const torrentFile = await createTorrent(seeder, join(source, 'data'), { trackers: [tracker[protocol]] })
    await addTorrent(seeder, torrentFile, source)
    await waitForSeeding(seeder)

    const downloader = await startDaemon(t)
    const target = join(downloader.folder, 'target')
    await addTorrent(downloader, torrentFile, target)
    await waitForSeeding(downloader)
    assert.deepEqual(await sha256All(join(target, 'data')), await sha256All(join(source, 'data')))

    const status = await downloader.ok(
      `for torrent in require("sessions").get("default"):torrents() do
         print(torrent:status().current_tracker)
       end`,
    )
    assert.equal(status, tracker[protocol])
    assert.ok((await readFile(torrentFile)).includes(tracker[protocol]))
  })
}
