/**
 * Torrent files, info dictionaries and magnet links: pure functions over bytes and text, for every process.
 * Nothing here knows a disk, a network, Lua or the engine.
 */
export { bdecode, type DecodeOptions } from './bdecode.ts'
export { type BInput, bencode } from './bencode.ts'
export { BDict, type BEntry, type BValue } from './dict.ts'
export { MetainfoError, type MetainfoErrorKind } from './error.ts'
export { parseMagnet } from './magnet.ts'
export { type MagnetParts, makeMagnetUri } from './magnet-uri.ts'
export { type Outside, parseInfo, parseTorrent, torrentFileOf } from './torrent.ts'
export type { FileEntry, InfoHashes, MagnetLink, Metainfo, TrackerEntry } from './types.ts'
