import { constants } from 'node:os'

/** libtorrent's categories and numbers, as it prints them (error_code.hpp, bdecode.hpp, gzip.hpp). */
export const codes = {
  expected_digit: 'bdecode:1',
  expected_colon: 'bdecode:2',
  unexpected_eof: 'bdecode:3',
  expected_value: 'bdecode:4',
  depth_exceeded: 'bdecode:5',
  limit_exceeded: 'bdecode:6',
  overflow: 'bdecode:7',
  unsupported_url_protocol: 'libtorrent:24',
  url_parse_error: 'libtorrent:25',
  invalid_port: 'libtorrent:32',
  timed_out: 'libtorrent:36',
  redirecting: 'libtorrent:86',
  http_parse_error: 'libtorrent:150',
  http_missing_location: 'libtorrent:151',
  http_failed_decompress: 'libtorrent:152',
  scrape_not_available: 'libtorrent:170',
  invalid_tracker_response: 'libtorrent:171',
  invalid_peer_dict: 'libtorrent:172',
  tracker_failure: 'libtorrent:173',
  invalid_files_entry: 'libtorrent:174',
  invalid_hash_entry: 'libtorrent:175',
  invalid_tracker_response_length: 'libtorrent:177',
  ssrf_mitigation: 'libtorrent:201',
  blocked_by_idna: 'libtorrent:202',
  invalid_gzip_header: 'gzip error:1',
  inflated_data_too_large: 'gzip error:2',
  data_did_not_terminate: 'gzip error:3',
  /** The answer is longer than it may be. */
  file_too_large: 'generic:27',
  canceled: 'system:125',
  /** The other end hung up. */
  eof: 'asio.misc:2',
  /** OpenSSL's "certificate verify failed". */
  certificate_verify_failed: 'asio.ssl:167772294',
} as const

/** Words of our decoder, which are libtorrent's. */
const decoding: [RegExp, string][] = [
  [/^expected digit/, codes.expected_digit],
  [/^expected colon/, codes.expected_colon],
  [/^unexpected end/, codes.unexpected_eof],
  [/^expected value/, codes.expected_value],
  [/depth/, codes.depth_exceeded],
  [/count limit/, codes.limit_exceeded],
  [/overflow/, codes.overflow],
]

/** The code of an answer that could not be decoded. */
export function decodeErrorCode(message: string): string {
  return decoding.find(([words]) => words.test(message))?.[1] ?? codes.invalid_tracker_response
}

/** OpenSSL has no number for each; a certificate that is not accepted has one for all its reasons. */
const tls = /CERT|SIGNED|UNABLE_TO|CRL|HOSTNAME|PATH_LENGTH|INVALID_PURPOSE/

/** `code` and `errno` of an error of Node's as category and number. */
export function systemErrorCode(code: string | undefined, errno: number | undefined): string {
  // getaddrinfo's answers: EAI_NONAME, EAI_AGAIN
  if (code === 'ENOTFOUND') return 'asio.netdb:1'
  if (code === 'EAI_AGAIN') return 'asio.netdb:2'
  // libuv's own numbers are far below those of the system
  if (errno !== undefined && errno < 0 && errno > -3000) return `system:${-errno}`
  const number = constants.errno[code as keyof typeof constants.errno]
  if (number !== undefined) return `system:${number}`
  if (code !== undefined && tls.test(code)) return codes.certificate_verify_failed
  if (code?.startsWith('HPE_')) return codes.http_parse_error
  if (code?.startsWith('ERR_SSL') || code === 'EPROTO') return 'asio.ssl:167772427'
  // EPROTO stands for whatever else the network said
  return `system:${constants.errno.EPROTO}`
}
