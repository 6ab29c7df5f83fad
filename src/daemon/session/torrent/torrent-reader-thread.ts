// Reads torrent files for the daemon, one after the other; see torrent-reader.ts.
import { parentPort } from 'node:worker_threads'
import { MetainfoError, parseTorrent } from '../../../metainfo/index.ts'
import { packFacts } from './torrent-facts.ts'

parentPort!.on('message', ({ id, bytes }: { id: number; bytes: Uint8Array }) => {
  try {
    parentPort!.postMessage({ id, facts: packFacts(parseTorrent(bytes)) })
  } catch (error) {
    if (!(error instanceof MetainfoError)) throw error
    parentPort!.postMessage({ id, message: error.message, kind: error.kind })
  }
})
