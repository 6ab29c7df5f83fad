import type { HostMethods } from './protocol.ts'

/** How long a new host may take until it answers, ms: a small machine compiles it anew after each update. */
export const startMs = 60_000
/** A host that says nothing for this long, while it is asked to, hangs; ms. */
export const longestSilenceMs = 10_000
/** How often a host is asked whether it is there, ms. */
export const beatMs = 2000

/** Questions that are answered from memory, ms. */
const questionMs = 10_000
/** Trackers are asked one after the other, and each may take half a minute; ms. */
const scrapeMs = 120_000

/** How long each call may take. null: it waits for disks or for trackers, and ends with its host at the latest. */
const deadlines: { [M in keyof HostMethods]: number | null } = {
  configure: startMs,
  ping: longestSilenceMs,
  ban: questionMs,
  load: null,
  unload: null,
  update: null,
  addPeer: questionMs,
  reannounce: questionMs,
  scrape: scrapeMs,
  clearPeers: questionMs,
  fileProgress: questionMs,
  peerInfo: questionMs,
  pieceAvailability: questionMs,
  downloadQueue: questionMs,
  removeFiles: null,
  moveFiles: null,
  placeFiles: null,
  closeFiles: null,
  shutdown: null,
}

export function deadlineOf(method: keyof HostMethods): number | null {
  return deadlines[method]
}
