#!/usr/bin/python3
"""Prints src/cli/lua/api/libtorrent-names.ts: the public members of libtorrent's classes, from its Python binding
(Debian: python3-libtorrent). Run it when another version of libtorrent is to be followed:

    /usr/bin/python3 scripts/generate/libtorrent-names.py > src/cli/lua/api/libtorrent-names.ts
"""
import textwrap

import libtorrent

CLASSES = {
    "AddTorrentParams": "add_torrent_params",
    "AnnounceEntry": "announce_entry",
    "FileStorage": "file_storage",
    "InfoHash": "info_hash_t",
    "PeerInfo": "peer_info",
    "Session": "session",
    "TorrentHandle": "torrent_handle",
    "TorrentInfo": "torrent_info",
    "TorrentStatus": "torrent_status",
}
# The binding has plain tables for these; the names are those of announce_entry.hpp.
BARE = {
    "AnnounceEndpoint": "enabled info_hashes local_endpoint reset",
    "AnnounceInfoHash": "can_announce complete_sent fails is_working last_error message min_announce next_announce "
    "scrape_complete scrape_downloaded scrape_incomplete start_sent triggered_manually updating",
}

names = {cls: " ".join(n for n in dir(getattr(libtorrent, lt)) if not n.startswith("_")) for cls, lt in CLASSES.items()}
names.update(BARE)

print("// Written by scripts/generate/libtorrent-names.py, from the public members of libtorrent " + libtorrent.__version__.rsplit(".", 1)[0] + ".")
print()
print("const members: Readonly<Record<string, string>> = {")
for cls in sorted(names):
    lines = textwrap.wrap(names[cls], 100)
    print(f"  {cls}:")
    print("\n".join(f"    '{line}{' ' if i + 1 < len(lines) else ''}'{' +' if i + 1 < len(lines) else ','}" for i, line in enumerate(lines)))
print("}")
print("""
/** Whether libtorrent's class behind one of ours has a public member of that name. */
export function isLibtorrentName(cls: string, name: string): boolean {
  return Object.hasOwn(members, cls) && ` ${members[cls]} `.includes(` ${name} `) && !name.includes(' ')
}""")
