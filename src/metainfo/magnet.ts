import { isIPv4, isIPv6 } from 'node:net'
import { base32Bytes } from './base32.ts'
import { MetainfoError } from './error.ts'
import { cleanName } from './path-element.ts'
import { decodeText } from './text.ts'
import type { MagnetLink } from './types.ts'

const scheme = 'magnet:?'
const lastTier = 255
/** The highest index that libtorrent takes from `so`, so that a link cannot eat the memory. */
const lastSelected = 10_000
const wanted = 4
const notWanted = 0
const sha256Multihash = '1220'

/**
 * Reads a magnet link (BEP 9, BEP 53, v2 as in BEP 52). As in libtorrent: names may have a number behind a
 * dot ("tr.1"), of several hashes the last counts, and what cannot be understood beside the hashes is
 * skipped. A hash of zeros is none. Throws MetainfoError: not a magnet link, a broken hash, no hash.
 */
export function parseMagnet(uri: string): MagnetLink {
  if (uri.slice(0, scheme.length).toLowerCase() !== scheme) {
    throw new MetainfoError('unsupported URL protocol', { kind: 'unsupported' })
  }
  const link: MagnetLink = {
    infoHash: [null, null],
    name: '',
    trackers: [],
    webSeeds: [],
    peers: [],
    filePriorities: null,
  }
  for (const parameter of uri.slice(scheme.length).split('&')) {
    const equals = parameter.indexOf('=')
    if (equals > 0) readParameter(link, parameter.slice(0, equals), parameter.slice(equals + 1))
  }
  if (link.infoHash[0] === null && link.infoHash[1] === null) {
    throw new MetainfoError('missing info-hash from URI')
  }
  return link
}

function readParameter(link: MagnetLink, name: string, value: string): void {
  switch (name.replace(/\.[0-9]*$/, '').toLowerCase()) {
    case 'xt':
      readHash(link, value)
      break
    case 'dn': {
      const name = cleanName(percentDecode(value).text)
      if (name !== '') link.name = name
      break
    }
    case 'tr': {
      const { text, sound } = percentDecode(value)
      const tier = Math.min(link.trackers.length, lastTier)
      if (sound && text !== '') link.trackers.push({ url: text, tier })
      break
    }
    case 'ws': {
      const { text, sound } = percentDecode(value)
      if (sound && text !== '') link.webSeeds.push(text)
      break
    }
    case 'x.pe': {
      const peer = endpoint(percentDecode(value).text.trim())
      if (peer !== null) link.peers.push(peer)
      break
    }
    case 'so':
      link.filePriorities = selected(value, link.filePriorities)
      break
  }
}

function readHash(link: MagnetLink, escaped: string): void {
  const { text, sound } = percentDecode(escaped)
  if (!sound) throw new MetainfoError('invalid escaped string')
  const [, kind, hash] = /^urn:(btih|btmh):(.*)$/is.exec(text) ?? []
  if (kind === undefined || hash === undefined) return
  if (kind.toLowerCase() === 'btih') link.infoHash[0] = v1Hash(hash)
  else link.infoHash[1] = v2Hash(hash)
}

/** 40 hex or 32 base32 digits as hex; null for zeros. */
function v1Hash(text: string): string | null {
  if (/^[0-9a-f]{40}$/i.test(text)) return hexOrNull(text)
  const bytes = text.length === 32 ? base32Bytes(text) : null
  if (bytes === null) throw new MetainfoError('invalid info-hash')
  return hexOrNull(bytes.toString('hex'))
}

/** A sha256 multihash in hex, without its two leading bytes; null for zeros. */
function v2Hash(text: string): string | null {
  const digits = text.slice(sha256Multihash.length)
  if (!text.startsWith(sha256Multihash) || !/^[0-9a-f]{64}$/i.test(digits)) {
    throw new MetainfoError('invalid info-hash')
  }
  return hexOrNull(digits)
}

function hexOrNull(hex: string): string | null {
  return /^0+$/.test(hex) ? null : hex.toLowerCase()
}

/** "1.2.3.4:5" and "[::1]:5" as they are; null for all else. */
function endpoint(text: string): string | null {
  const [, v6, v4, digits] = /^(?:\[([^\]]+)\]|([^:]+)):([0-9]{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (!(port >= 1 && port <= 65535)) return null
  if (v6 !== undefined) return isIPv6(v6) ? `[${v6}]:${port}` : null
  return v4 !== undefined && isIPv4(v4) ? `${v4}:${port}` : null
}

/** Adds what a `so` names, like "0,2,4-6", to the priorities so far. Text with anything else is skipped. */
function selected(text: string, before: number[] | null): number[] | null {
  if (!/^[0-9,-]*$/.test(text)) return before
  const priorities = before ?? []
  for (const token of text.split(',')) {
    const [, first, last = first] = /^([0-9]+)(?:-([0-9]+))?$/.exec(token) ?? []
    const from = Number(first)
    const to = Number(last)
    if (!(from <= to && to <= lastSelected)) continue
    while (priorities.length <= to) priorities.push(notWanted)
    priorities.fill(wanted, from, to + 1)
  }
  return priorities
}

/** Undoes percent-encoding, '+' being a space; up to the first broken escape if there is one. */
function percentDecode(text: string): { text: string; sound: boolean } {
  const broken = text.search(/%(?![0-9a-f]{2})/i)
  const bytes = Buffer.from(broken === -1 ? text : text.slice(0, broken))
  const out = Buffer.alloc(bytes.length)
  let size = 0
  for (let at = 0; at < bytes.length; at++) {
    const character = bytes[at]!
    if (character === 0x25) {
      out[size++] = Number.parseInt(bytes.toString('latin1', at + 1, at + 3), 16)
      at += 2
    } else {
      out[size++] = character === 0x2b ? 0x20 : character
    }
  }
  return { text: decodeText(out.subarray(0, size)), sound: broken === -1 }
}
