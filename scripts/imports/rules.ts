// Imports point one way: cli -> rpc <- daemon, all of them -> program; inside the daemon methods -> session ->
// {state, engine}. And each foreign library has one place. A test holds it, and docs/architecture.md shows it.

/** What every file of a session may import. */
const belowSession = [
  'daemon/settings',
  'daemon/state',
  'daemon/engine',
  'daemon/log.ts',
  'program',
  'rpc',
  'metainfo',
]

/** Folders and files of daemon/session by their names. */
const inSession = (...names: string[]) =>
  names.flatMap((name) => [`daemon/session/${name}`, `daemon/session/${name}.ts`])

/** What every part of the engine host may use: words and tools of both sides, the disk, what is known of a torrent. */
const hostGround = [
  ...['concurrency', 'file-progress', 'heard-ring', 'peer-address', 'protocol', 'tracker-order', 'units'].map(
    (name) => `daemon/engine/${name}.ts`,
  ),
  ...['setting-reader', 'settings', 'torrent-state', 'working-for'].map(
    (name) => `daemon/engine/host/${name}.ts`,
  ),
  'daemon/engine/storage',
  'daemon/settings',
  'metainfo',
  'program',
  'rpc',
]

/** A folder of the engine host and those of its neighbours that it may use; the swarm, which uses them all, is none. */
const inHost = (folder: string, ...neighbours: string[]): [from: string, to: string[]] => [
  `daemon/engine/host/${folder}`,
  [...hostGround, ...[folder, ...neighbours].map((name) => `daemon/engine/host/${name}`)],
]

/** What every class of the Lua API may use: how it is described, and how values pass the border of the VM. */
const apiGround = ['describe', 'convert', 'paths', 'plain-members', 'suggestion'].map(
  (name) => `cli/lua/api/${name}.ts`,
)
/** Folder or file of src to what of src it may import from; the first entry that a file is or lies in counts. */
export const allowed: [from: string, to: string[]][] = [
  ['metainfo', ['metainfo', 'rpc/contract/types.ts']],
  ['pql', ['pql', 'program/nearest.ts', 'rpc/contract/types.ts']],
  ['program', ['program']],
  // The command line loads it at every start.
  ['rpc/contract/docs', ['rpc/contract/docs']],
  ['rpc', ['rpc', 'program']],
  ['cli/lua/vm', ['cli/lua/vm']],
  [
    'cli/lua/stdlib',
    ['cli/lua/stdlib', 'cli/lua/vm', 'cli/children.ts', 'cli/descriptors.ts', 'cli/exact-words.ts'],
  ],
  ['cli/lua/loop', ['cli/lua/loop', 'cli/lua/vm', 'cli/interrupt', 'cli/signals.ts', 'program']],
  // Values know no handles, a handle's members not the handle; index.ts alone knows all.
  [
    'cli/lua/api/values',
    [
      'cli/lua/api/values',
      ...apiGround,
      'cli/lua/stdlib/errno.ts',
      'cli/lua/stdlib/names.ts',
      'cli/lua/vm',
      'cli/make-torrent',
      'metainfo',
      'program',
      'rpc',
    ],
  ],
  [
    'cli/lua/api/handles/torrent',
    [
      'cli/lua/api/handles/current.ts',
      'cli/lua/api/handles/handle-value.ts',
      'cli/lua/api/handles/torrent/list-member.ts',
      'cli/lua/api/values',
      ...apiGround,
      'cli/lua/vm',
      'metainfo',
      'rpc',
    ],
  ],
  [
    'cli/lua/api/handles',
    [
      'cli/lua/api/handles',
      'cli/lua/api/values',
      ...apiGround,
      'cli/daemon/changing-methods.ts',
      'cli/daemon/channel.ts',
      'cli/lua/vm',
      'metainfo',
      'program',
      'rpc',
    ],
  ],
  ['cli/lua/api/index.ts', ['cli/lua/api', 'cli/lua/vm']],
  [
    'cli/lua/api',
    [
      ...apiGround,
      'cli/lua/api/binding.ts',
      'cli/lua/api/libtorrent-names.ts',
      'cli/lua/api/values/torrent-ref.ts',
      'cli/daemon/channel.ts',
      'cli/lua/loop',
      'cli/lua/stdlib/names.ts',
      'cli/lua/vm',
      'cli/options.ts',
      'program',
      'rpc',
    ],
  ],
  [
    'cli/lua/packages',
    [
      'cli/lua/packages',
      'cli/lua/api',
      'cli/lua/loop',
      'cli/lua/stdlib',
      'cli/lua/vm',
      'cli/children.ts',
      'cli/daemon/config-warning.ts',
      'cli/descriptors.ts',
      'pql',
      'program',
      'rpc',
    ],
  ],
  ['cli/lua', ['cli/lua', 'cli', 'program', 'rpc', 'metainfo', 'pql']],
  [
    'cli/daemon',
    [
      'cli/daemon',
      'cli/options.ts',
      'cli/output.ts',
      'cli/program.ts',
      'cli/lua/vm/errors.ts',
      'program',
      'rpc',
    ],
  ],
  [
    'cli/interrupt',
    [
      'cli/interrupt',
      'cli/children.ts',
      'cli/descriptors.ts',
      'cli/duration.ts',
      'cli/signals.ts',
      'program',
    ],
  ],
  ['cli/make-torrent', ['cli/make-torrent', 'cli/lua/stdlib/errno.ts', 'metainfo']],
  [
    'cli/commands',
    [
      'cli/commands',
      'cli/daemon',
      'cli/exit-code.ts',
      'cli/options.ts',
      'cli/output.ts',
      'cli/program.ts',
      'cli/signals.ts',
      'program',
      'rpc',
    ],
  ],
  ['cli', ['cli', 'program', 'rpc', 'metainfo', 'pql']],
  // What a setting is called and what its default is, for the daemon and its hosts alike.
  ['daemon/settings', ['daemon/settings', 'program', 'rpc']],
  ['daemon/state', ['daemon/state', 'daemon/log.ts', 'program', 'rpc']],
  // Parts of the engine host name what they need of a swarm; swarm.ts and what holds it wire them.
  inHost('proxy'),
  inHost('http', 'proxy'),
  inHost('peers', 'dht', 'limits', 'lsd', 'pieces', 'proxy'),
  inHost('pieces', 'peers'),
  inHost('uploads', 'limits', 'peers', 'pieces'),
  inHost('limits', 'peers', 'uploads'),
  inHost('pex', 'peers'),
  inHost('dht', 'limits', 'proxy'),
  inHost('lsd', 'limits', 'proxy'),
  inHost('trackers', 'http', 'peers', 'proxy'),
  inHost('web-seeds', 'http', 'proxy'),
  inHost('client', 'peers'),
  ['daemon/engine/storage', ['daemon/engine/storage', 'daemon/engine/concurrency.ts', 'metainfo']],
  ['daemon/engine', ['daemon/engine', 'daemon/settings', 'daemon/log.ts', 'program', 'rpc', 'metainfo']],
  ['daemon/session/settings', ['daemon/session/settings', 'daemon/settings', 'program', 'rpc']],
  ['daemon/session/torrent', ['daemon/session/torrent', ...belowSession]],
  [
    'daemon/session/queue',
    [
      ...inSession('queue', 'settings', 'torrent', 'clock', 'events', 'reconciler', 'records', 'saver'),
      ...belowSession,
    ],
  ],
  [
    'daemon/session/transitions',
    [...inSession('transitions', 'torrent', 'events', 'session'), ...belowSession],
  ],
  [
    'daemon/session/actions',
    [...inSession('actions', 'transitions', 'queue', 'torrent', 'events', 'session'), ...belowSession],
  ],
  [
    'daemon/session/reactions',
    [...inSession('reactions', 'transitions', 'queue', 'torrent', 'events', 'session'), ...belowSession],
  ],
  [
    'daemon/session/repair',
    [
      ...inSession('repair', 'transitions', 'settings', 'torrent', 'events', 'session', 'sessions'),
      ...belowSession,
    ],
  ],
  ['daemon/session', ['daemon/session', ...belowSession]],
  ['daemon/events', ['daemon/events', 'rpc']],
  [
    'daemon/methods',
    ['daemon/methods', 'daemon/events', 'daemon/session', 'daemon/state', 'pql', 'program', 'rpc'],
  ],
  ['daemon', ['daemon', 'program', 'rpc', 'metainfo', 'pql']],
]

/** A library to the folders that may name it. */
export const places: Record<string, string[]> = {
  webtorrent: ['daemon/engine'],
  wasmoon: ['cli/lua'],
  'node:sqlite': ['daemon', 'program', 'cli/lua/packages'],
  typebox: ['rpc', 'daemon'],
  commander: ['cli/commands'],
  croner: ['cli/lua/packages'],
  cosmiconfig: ['program/config'],
  'create-torrent': ['cli/make-torrent'],
}
