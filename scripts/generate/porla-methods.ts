/** How a method of Porla's is here. */
type How = 'the same' | 'the same, and more' | 'differs' | 'not here'

/** Every method of Porla 0.41's JSON-RPC (its src/main.cpp), how it is here, and what is more, differs, or why it is not. */
export const porlaMethodTable: readonly [method: string, how: How, text: string][] = [
  ['fs.space', 'differs', '`path` has to be absolute; `quota` is always null'],
  ['plugins.configure', 'not here', 'scripts are run by whoever starts them, not kept by the daemon'],
  ['plugins.get', 'not here', 'as above'],
  ['plugins.install', 'not here', 'as above'],
  ['plugins.list', 'not here', 'as above'],
  ['plugins.reload', 'not here', 'as above'],
  ['plugins.uninstall', 'not here', 'as above'],
  ['plugins.update', 'not here', 'as above'],
  ['presets.list', 'the same, and more', 'also all of them in `presets`, without what is not set'],
  ['sessions.list', 'the same, and more', '`listen_port`'],
  ['sessions.pause', 'the same', ''],
  ['sessions.resume', 'differs', 'answers null, not true'],
  ['sessions.settings.list', 'the same', ''],
  [
    'sys.versions',
    'differs',
    '`porla` and `libtorrent` are those that are followed; of the libraries only those that are there',
  ],
  [
    'torrents.add',
    'the same, and more',
    '`flags`, `peers`, `file_priorities`, `tracker_tiers`, `session` (which Porla reads and does not use). A preset, ' +
      '`default` too, is used only when one is named. A torrent that is there is no error but `added: false`. ' +
      '`http_seeds` are not used',
  ],
  [
    'torrents.files.list',
    'the same, and more',
    '`index`, `priority`, `progress`. The counts of pieces and blocks are there for every torrent; libtorrent has them for v2 only',
  ],
  [
    'torrents.list',
    'the same, and more',
    'one of `filters`, `include_metadata`, `page`, `page_size`, `order_by`, `order_by_dir` is enough; without any, the ' +
      'torrents of one session are listed as described there. All filters have to be true (in Porla the last one ' +
      'decides); unknown ones are errors; `num_complete` and others are in the other way only',
  ],
  ['torrents.metadata.list', 'the same', ''],
  [
    'torrents.move',
    'differs',
    'files of the same names are replaced, which is `flags: "always_replace_files"`; the others, of which ' +
      '`dont_replace` is the default in Porla, are refused: a move that was cut off is finished later, and could not tell ' +
      'its own files from those that were there',
  ],
  ['torrents.overview', 'the same', ''],
  ['torrents.pause', 'differs', 'lasts: the torrent leaves the queue until it is resumed'],
  [
    'torrents.peers.add',
    'the same, and more',
    '`ip` and `port` for one; an address that is none is an error; null, not true',
  ],
  [
    'torrents.peers.list',
    'differs',
    '`peer_id`, `address` and `port` are more; `last_active`, `last_request` and `download_queue_time` are nanoseconds, ' +
      'not seconds; no `local_endpoint`',
  ],
  ['torrents.properties.get', 'differs', '`flags` is the list of those that are set, not an object of all'],
  ['torrents.properties.set', 'the same', ''],
  ['torrents.recheck', 'differs', 'leaves a paused torrent paused'],
  ['torrents.remove', 'the same, and more', '`info_hash` for one, and `warnings`'],
  ['torrents.resume', 'the same', ''],
  [
    'torrents.trackers.list',
    'differs',
    '`last_error` is category and number (`system:111`), "system:0" for none',
  ],
  [
    'webui.install',
    'not here',
    'there is no web page, and no HTTP server; neither are accounts and `/api/v1/system`',
  ],
]
