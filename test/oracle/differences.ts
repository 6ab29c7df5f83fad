/**
 * The only differences there may be. A row that nothing used in a run fails that run.
 */
export interface Allowed {
  /** Which paths: `TORRENT/status/FIELD`, `TORRENT/handle/FIELD`, `disk/PATH`, `seen/...`. */
  field: RegExp
  /** Scenario or scenarios; left out: all of them. */
  scenario?: string | readonly string[]
  /** Checkpoint or checkpoints; left out: all of them. */
  at?: string | readonly string[]
  /** The value here and there: itself, a pattern of its text, or a test. `undefined` is nil. */
  ours: unknown
  theirs: unknown
  /** The row of the design's table of decided differences, or the place of the design or the reference that tells. */
  decided: string
  why: string
}

const is = (test: (value: number) => boolean) => (value: unknown) => typeof value === 'number' && test(value)

export const differences: readonly Allowed[] = [
  {
    field:
      /\/(progress|pieces|num_pieces|have_piece|total_done|total_wanted_done|distributed_copies|file_progress)$/,
    scenario: 'a folder where a file should be, at the check',
    ours: (value: unknown) => /^[0,]*$/.test(String(value)),
    theirs: /[1-9]/,
    decided: 'errors: visible, here before any hashing',
    why: 'sizes and kinds of files are looked at first, so nothing is hashed; libtorrent shows what its reads under way found',
  },
  {
    field: /\/status\/total$/,
    ours: is((total) => total > 0),
    theirs: 0,
    decided: 'status.total',
    why: 'the size of a seed, too, is its size; libtorrent 2.0 leaves it 0',
  },
  {
    field: /\/status\/need_save_resume$/,
    ours: false,
    theirs: true,
    decided: 'section 6: a row is written in the same transaction as the change',
    why: 'everything is written by itself, most of it at once; libtorrent waits for somebody who asks it to save',
  },
  {
    field: /^seen\/paused$/,
    scenario: 'a file that cannot be opened, at the check',
    at: 'cleared',
    ours: false,
    theirs: true,
    decided: 'clear_error()',
    why: 'starts the torrent again; in libtorrent only one that the queue manages starts, others need resume()',
  },
  {
    field: /\/handle\/(download|upload)_limit$/,
    scenario: 'limits of a torrent',
    ours: -1,
    theirs: 0,
    decided: 'limits',
    why: 'unlimited reads -1, always; libtorrent reads 0 once a limit was set',
  },
  {
    field: /^t\/handle\/(trackers\/(#|1\/[a-z_]+)|magnet_uri)$/,
    scenario: 'adding twice',
    ours: (value: unknown) => value !== undefined,
    theirs: (value: unknown) => value === undefined || value === 1 || /^magnet:/.test(String(value)),
    decided: 'session:add_torrent(params)',
    why: 'the trackers of the second one are merged, as the design has it',
  },
  {
    field: /^seen\/(session|default)\/result\/(user_agent|peer_fingerprint)$/,
    scenario: 'settings',
    ours: /porla|PL/,
    theirs: /libtorrent|LT/,
    decided: 'settings: porla_forced',
    why: 'each says who it is',
  },
  {
    field: new RegExp(
      `^seen/(session|default)/result/(${[
        'allow_multiple_connections_per_pid',
        'announce_port',
        'disk_disable_copy_on_write',
        'i2p_(in|out)bound_(length|length_variance|quantity)',
        'natpmp_(gateway|lease_duration)',
        'proxy_send_host_in_connect',
      ].join('|')})$`,
    ),
    scenario: 'settings',
    ours: (value: unknown) => value !== undefined,
    theirs: undefined,
    decided: 'settings: added_after_2_0_8',
    why: 'settings of later releases of libtorrent 2.0 than the one that is compared with',
  },
  {
    field: /^seen\/default\/result\/(announce_ip|handshake_client_version|mmap_cache)$/,
    at: 'presets',
    ours: '',
    theirs: undefined,
    decided: 'settings: the default in settings-pack.json',
    why: 'a setting that has no default reads as the empty string',
  },
  {
    field: /^seen\/(not hexadecimal|zeros)\//,
    scenario: 'magnet links',
    ours: (value: unknown) => value === undefined || /info-hash/.test(String(value)),
    theirs: () => true,
    decided: 'wrong argument type: always an error that names the argument',
    why: 'a link whose hash is none is refused at once, as bad input is; libtorrent refuses it when it is added',
  },
  {
    field: /^seen\/upper case\//,
    scenario: 'magnet links',
    ours: () => true,
    theirs: (value: unknown) => value === undefined || value === 'unsupported URL protocol',
    decided: 'wrong argument type: only what is wrong is an error',
    why: 'a scheme may be written in capitals (RFC 3986); libtorrent takes small letters only',
  },
  {
    field: /\/queue_position$/,
    scenario: 'seed mode without a file, and without any',
    ours: is((position) => position >= 0),
    theirs: -1,
    decided: 'the queue: unfinished torrents have the positions 0..n-1',
    why: 'whoever is unfinished has a place in the queue; libtorrent does not give it back to one that was trusted in vain',
  },
]
