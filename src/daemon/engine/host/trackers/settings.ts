import { longestTimerMs } from '../../../../program/longest-timer.ts'
import type { Settings } from '../../../../rpc/contract/types.ts'
import { anonymousAgent } from '../peers/connection-settings.ts'
import { settingReader } from '../setting-reader.ts'

/** What of the settings concerns trackers; names of properties say what a setting means here. */
export interface TrackerSettings {
  userAgent: string
  /** Told to trackers as our address; "" lets them see for themselves. */
  announceIp: string
  /** Told as our port; 0 is the one we listen on. */
  announcePort: number
  /** Ask every tracker of a tier, not one. */
  everyTracker: boolean
  /** Ask in every tier, not only in the first that works. */
  everyTier: boolean
  preferUdp: boolean
  /** Count what came twice or was bad as downloaded. */
  reportTrueDownloaded: boolean
  reportWebSeeds: boolean
  reportRedundant: boolean
  /** `supportcrypto=1` */
  announceCrypto: boolean
  validateHttps: boolean
  ssrfMitigation: boolean
  allowIdna: boolean
  numWant: number
  /** Taken of one answer: more would only be thrown away. */
  maxPeers: number
  /** Seconds: however eager a tracker is, it is not asked more often. */
  minInterval: number
  /** Milliseconds for a whole request, and without hearing anything. */
  completionMs: number
  receiveMs: number
  /** For a request that says `stopped`; 0: none is sent. */
  stopMs: number
  /** Percent, see backoff in schedule.ts. */
  backoff: number
  maxHttp: number
  /** Bytes. */
  maxResponse: number
  /** Milliseconds that a UDP tracker's connection id is used. */
  udpTokenMs: number
}

/** Where the list of peers has no limit of its own. */
const mostPeers = 10_000
const ms = (seconds: number) => Math.min(longestTimerMs, Math.max(0, seconds) * 1000)

/** Reads them; names missing from `settings` have libtorrent's defaults. */
export function trackerSettings(settings: Settings): TrackerSettings {
  const get = settingReader(settings)
  return {
    userAgent: get('anonymous_mode') ? anonymousAgent : get('user_agent'),
    announceIp: get('anonymous_mode') ? '' : get('announce_ip'),
    announcePort: get('announce_port'),
    // libtorrent 2.0's names for these two are the wrong way round, and scripts go by name
    everyTracker: get('announce_to_all_tiers'),
    everyTier: get('announce_to_all_trackers'),
    preferUdp: get('prefer_udp_trackers'),
    reportTrueDownloaded: get('report_true_downloaded'),
    reportWebSeeds: get('report_web_seed_downloads'),
    reportRedundant: get('report_redundant_bytes'),
    announceCrypto: get('announce_crypto_support'),
    validateHttps: get('validate_https_trackers'),
    ssrfMitigation: get('ssrf_mitigation'),
    allowIdna: get('allow_idna'),
    numWant: Math.max(0, get('num_want')),
    maxPeers: Math.max(get('num_want'), get('max_peerlist_size') || mostPeers),
    minInterval: Math.max(1, get('min_announce_interval')),
    // 0 is no limit in libtorrent; a request without end would keep its tracker from being asked again
    completionMs: ms(get('tracker_completion_timeout')) || longestTimerMs,
    receiveMs: ms(get('tracker_receive_timeout')) || longestTimerMs,
    stopMs: ms(get('stop_tracker_timeout')),
    backoff: Math.max(0, get('tracker_backoff')),
    maxHttp: Math.max(1, get('max_concurrent_http_announces')),
    maxResponse: Math.max(1, get('tracker_maximum_response_length')),
    udpTokenMs: ms(get('udp_tracker_token_expiry')),
  }
}
