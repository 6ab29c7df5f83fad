import type { Method } from '../../rpc/contract/index.ts'

/**
 * Methods that change what the daemon keeps. The contract says which they are; they are listed again here because
 * the program must not load the contract's schemas at start. A test compares the two.
 */
export const changingMethods: ReadonlySet<Method> = new Set<Method>([
  'daemon.repair',
  'daemon.stop',
  'sessions.pause',
  'sessions.resume',
  'sessions.settings.update',
  'sessions.settings.reset',
  'torrents.add',
  'torrents.remove',
  'torrents.move',
  'torrents.pause',
  'torrents.resume',
  'torrents.recheck',
  'torrents.errors.clear',
  'torrents.flags.set',
  'torrents.properties.set',
  'torrents.files.prioritize',
  'torrents.queue.move',
  'torrents.trackers.add',
  'torrents.trackers.replace',
  'torrents.trackers.reannounce',
  'torrents.trackers.scrape',
  'torrents.userdata.update',
  'torrents.peers.add',
  'torrents.peers.clear',
  'torrents.url_seeds.add',
  'torrents.url_seeds.remove',
])
