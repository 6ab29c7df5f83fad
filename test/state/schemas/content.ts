import { createHash } from 'node:crypto'
import type { NewTorrent } from '../../../src/daemon/state/store.ts'

const info = Buffer.concat([
  Buffer.from('d6:lengthi16384e4:name3:two12:piece lengthi16384e6:pieces20:'),
  Buffer.alloc(20, 7),
  Buffer.from('e'),
])

/** A torrent file of one piece, and its hash. */
export const seedFile = {
  bytes: new Uint8Array(Buffer.concat([Buffer.from('d4:info'), info, Buffer.from('e')])),
  v1: createHash('sha1').update(info).digest('hex'),
}

const waiting: NewTorrent = {
  row: {
    session: 'default',
    v1: 'aa'.repeat(20),
    v2: null,
    name: 'one',
    savePath: '/downloads',
    addedTime: 1_700_000_000,
    flags: 0,
    queueKey: 1,
    category: 'films',
    tags: ['a', 'zwölf'],
    downloadLimit: -1,
    uploadLimit: 5000,
    maxConnections: -1,
    maxUploads: 8,
    filePriorities: null,
    error: null,
    errorFile: null,
    size: 0,
    total: 0,
    totalWanted: 0,
    pieceLength: 0,
    pieces: 0,
  },
  progress: {
    files: 0,
    haveCount: 0,
    done: 0,
    wantedDone: 0,
    finished: false,
    completedTime: 0,
    downloaded: 111,
    uploaded: 222,
    activeMs: 3000,
    finishedMs: 0,
    seedingMs: 0,
    lastDownload: 0,
    lastUpload: 0,
    lastSeenComplete: 0,
  },
  swarmSources: {
    trackers: [{ url: 'http://tracker.example/announce', tier: 0 }],
    webSeeds: [],
    peers: ['127.0.0.1:7'],
    trackerId: '',
  },
  torrentFile: null,
  have: null,
}

/** What each of the old files holds: a magnet link that waits for its metadata, and a seed. */
export const oldTorrents: readonly NewTorrent[] = [
  waiting,
  {
    ...waiting,
    row: {
      ...waiting.row,
      v1: seedFile.v1,
      name: 'two',
      session: 'other',
      queueKey: null,
      category: null,
      tags: [],
      size: 16_384,
      total: 16_384,
      totalWanted: 16_384,
      pieceLength: 16_384,
      pieces: 1,
    },
    progress: {
      ...waiting.progress,
      files: 2,
      haveCount: 1,
      done: 16_384,
      wantedDone: 16_384,
      finished: true,
    },
    torrentFile: seedFile.bytes,
    have: Uint8Array.of(0x80),
  },
]
