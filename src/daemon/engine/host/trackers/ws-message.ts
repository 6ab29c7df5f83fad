import { longestText } from './types.ts'

/** What WebRTC peers say to each other through a tracker. */
export interface Description {
  type: 'offer' | 'answer'
  sdp: string
}

/** What a tracker over WebSocket says, each field of its type; those of a wrong one are left out. */
export interface WsMessage {
  action: 'announce'
  /** One character a byte, as `peer_id` and `offer_id`; "" when the tracker names none. */
  info_hash: string
  /** null: none; "" is one, too. */
  failure: string | null
  complete: number | undefined
  incomplete: number | undefined
  downloaded: number | undefined
  interval: number | undefined
  'min interval': number | undefined
  'warning message': string | undefined
  'tracker id': string | undefined
  peer_id: string | undefined
  offer_id: string | undefined
  offer: Description | undefined
  answer: Description | undefined
}

/** One character for each of so many bytes. */
const idLength = 20
/** Far more than any browser sends. */
const longestSdp = 64 * 1024

/** Reads what a tracker over WebSocket sent; null for what makes no sense, whatever it is. */
export function readWsMessage(bytes: Uint8Array): WsMessage | null {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const said = value as Record<string, unknown>
  const failed = said['failure reason'] !== undefined
  if (said.action !== 'announce' && !failed) return null
  const infoHash = id(said.info_hash)
  if (infoHash === undefined && !failed) return null
  return {
    action: 'announce',
    info_hash: infoHash ?? '',
    failure: failed ? (text(said['failure reason']) ?? '') : null,
    complete: count(said.complete),
    incomplete: count(said.incomplete),
    downloaded: count(said.downloaded),
    interval: number(said.interval),
    'min interval': number(said['min interval']),
    'warning message': text(said['warning message']),
    'tracker id': text(said['tracker id']),
    peer_id: id(said.peer_id),
    offer_id: id(said.offer_id),
    offer: description(said.offer, 'offer'),
    answer: description(said.answer, 'answer'),
  }
}

function id(value: unknown): string | undefined {
  const fits = typeof value === 'string' && value.length === idLength && [...value].every(isByte)
  return fits ? value : undefined
}

function isByte(char: string): boolean {
  return char.charCodeAt(0) <= 0xff
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31
    ? (value as number)
    : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, longestText) : undefined
}

function description(value: unknown, type: Description['type']): Description | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { type: given, sdp } = value as Record<string, unknown>
  if (given !== type || typeof sdp !== 'string' || sdp === '' || sdp.length > longestSdp) return undefined
  return { type, sdp }
}
