import type { Settings } from '../../../../rpc/contract/types.ts'
import { type ProxyPlan, proxyPlan } from '../proxy/proxy-plan.ts'
import { settingReader } from '../setting-reader.ts'

/** libtorrent's enc_policy: 0 encrypted connections only, 1 both, 2 plain ones only. */
export type EncryptionPolicy = 0 | 1 | 2

/** Bits of libtorrent's allowed_enc_level, and of what MSE's two ends choose from: 1 plain text, 2 RC4. */
export type EncryptionLevel = 1 | 2 | 3

/** How connections are made, kept and refused. All of it can change at once. */
export interface ConnectionSettings {
  outgoingTcp: boolean
  outgoingUtp: boolean
  incomingTcp: boolean
  incomingUtp: boolean
  severalPerAddress: boolean
  closeRedundant: boolean
  seedsCall: boolean
  noPrivilegedPorts: boolean
  /** Attempts a second over all torrents; 0 is none. */
  dialRate: number
  /** Attempts that a torrent may make beside that rate after it started. */
  dialBoost: number
  maxFailures: number
  /** Addresses that a torrent keeps; 0 is unlimited. */
  maxKnownPeers: number
  /** The same for a torrent that does not run. */
  maxPausedPeers: number
  /** Whether it is of interest that a peer calls for a torrent that is not loaded. */
  wakesQueued: boolean
  /** Per cent of peers to replace, and of the limit from which on to do so; every so many seconds, 0 is never. */
  turnover: { share: number; cutoff: number; every: number }
  /** Seconds. */
  connectTimeout: number
  handshakeTimeout: number
  pieceTimeout: number
  requestTimeout: number
  peerTimeout: number
  inactivityTimeout: number
  encryptIn: EncryptionPolicy
  encryptOut: EncryptionPolicy
  encryptionLevel: EncryptionLevel
  preferRc4: boolean
  /** What peers are told we are; empty: nothing. */
  clientVersion: string
  anonymous: boolean
  /** Addresses or device names to call from; empty: the system's choice. */
  outgoingInterfaces: string[]
  /** First local port to call from and how many; 0: the system's choice. */
  outgoingPort: number
  outgoingPorts: number
  autoSequential: boolean
  /** Requests of one peer that may wait here. */
  maxRequestsIn: number
  /** libtorrent's send_buffer_watermark and its neighbours: bytes, and per cent of a second's upload. */
  sendWatermark: number
  sendLowWatermark: number
  sendWatermarkFactor: number
  /** Requests that may wait at one peer, and how many seconds of its speed they should cover. */
  maxRequestsOut: number
  requestSeconds: number
  maxPieces: number
  /** Bytes. */
  maxMetadata: number
  /** null: none, or not for peers. */
  proxy: ProxyPlan | null
}

/** What libtorrent tells trackers and web seeds in anonymous_mode: the name of a widespread program. */
export const anonymousAgent = 'curl/7.81.0'

/** libtorrent: a negative connection_speed is this many. */
const unsetDialRate = 200

/** Reads them. Names missing from `settings` have libtorrent's defaults. */
export function connectionSettings(settings: Settings): ConnectionSettings {
  const get = settingReader(settings)
  const anonymous = get('anonymous_mode')
  const dialRate = get('connection_speed')
  const proxy = proxyPlan(settings)
  return {
    outgoingTcp: get('enable_outgoing_tcp'),
    outgoingUtp: get('enable_outgoing_utp'),
    incomingTcp: get('enable_incoming_tcp'),
    incomingUtp: get('enable_incoming_utp'),
    severalPerAddress: get('allow_multiple_connections_per_ip'),
    closeRedundant: get('close_redundant_connections'),
    seedsCall: get('seeding_outgoing_connections'),
    noPrivilegedPorts: get('no_connect_privileged_ports'),
    dialRate: dialRate < 0 ? unsetDialRate : dialRate,
    dialBoost: Math.max(0, get('torrent_connect_boost')),
    maxFailures: Math.max(1, get('max_failcount')),
    maxKnownPeers: Math.max(0, get('max_peerlist_size')),
    wakesQueued: get('incoming_starts_queued_torrents'),
    maxPausedPeers: Math.max(0, get('max_paused_peerlist_size')),
    turnover: {
      share: Math.max(0, get('peer_turnover')),
      cutoff: Math.max(0, get('peer_turnover_cutoff')),
      every: Math.max(0, get('peer_turnover_interval')),
    },
    connectTimeout: Math.max(1, get('peer_connect_timeout')),
    handshakeTimeout: Math.max(1, get('handshake_timeout')),
    pieceTimeout: Math.max(1, get('piece_timeout')),
    requestTimeout: Math.max(1, get('request_timeout')),
    peerTimeout: Math.max(1, get('peer_timeout')),
    inactivityTimeout: Math.max(1, get('inactivity_timeout')),
    encryptIn: oneOf(get('in_enc_policy'), 0, 2) as EncryptionPolicy,
    encryptOut: oneOf(get('out_enc_policy'), 0, 2) as EncryptionPolicy,
    encryptionLevel: (get('allowed_enc_level') & 3 || 3) as EncryptionLevel,
    preferRc4: get('prefer_rc4'),
    clientVersion: anonymous ? '' : get('handshake_client_version') || get('user_agent'),
    anonymous,
    outgoingInterfaces: splitList(get('outgoing_interfaces')),
    outgoingPort: oneOf(get('outgoing_port'), 0, 65535),
    outgoingPorts: Math.max(0, get('num_outgoing_ports')),
    autoSequential: get('auto_sequential'),
    maxRequestsIn: Math.max(1, get('max_allowed_in_request_queue')),
    sendWatermark: Math.max(1, get('send_buffer_watermark')),
    sendLowWatermark: Math.max(1, get('send_buffer_low_watermark')),
    sendWatermarkFactor: Math.max(0, get('send_buffer_watermark_factor')),
    maxRequestsOut: Math.max(1, get('max_out_request_queue')),
    requestSeconds: Math.max(1, get('request_queue_time')),
    maxPieces: get('max_piece_count'),
    maxMetadata: get('max_metadata_size'),
    proxy: proxy?.peers ? proxy : null,
  }
}

function oneOf(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}

/** The parts of a comma list, without blanks and empty ones. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
