/**
 * Writes the state of the schema that the code beside it has, in a folder: `node test/state/schemas/make.ts DIR`. A new
 * schema is kept as `gzip -9n < DIR/state.db > test/state/schemas/VERSION.db.gz`, and never written again.
 */
import { Store } from '../../../src/daemon/state/store.ts'
import { oldTorrents, seedFile } from './content.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('name a folder')
const store = new Store(folder, (error) => {
  throw error
})
const [one, two] = oldTorrents.map((torrent) => store.addTorrent(torrent).id) as [number, number]
store.saveSettings('default', { active_downloads: 7 })
store.addRemoval({ session: 'default', v1: seedFile.v1, savePath: '/gone', torrentFile: seedFile.bytes })
store.addMove({ torrent: one, target: '/elsewhere' })
store.setPaused('other', true)
store.saveMetadata(one, { note: 'mine' })
store.saveFileStamps(two, Uint8Array.of(1, 2, 3))
store.close()
