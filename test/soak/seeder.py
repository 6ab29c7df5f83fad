"""libtorrent as the peer of the soak: seeds every torrent file of a folder, from data in the same folder.

usage: seeder.py FOLDER ADDRESS. Prints the port. Each line of standard input, `pause` or `resume`, makes all of its
connections go or come back; ends with its standard input.
"""

import os
import sys

import libtorrent as lt

folder, address = sys.argv[1:]
session = lt.session(
    {
        "listen_interfaces": address + ":0",
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "allow_multiple_connections_per_ip": True,
        "connections_limit": 2000,
        "unchoke_slots_limit": 500,
        "alert_mask": 0,
    }
)
for name in sorted(os.listdir(folder)):
    if not name.endswith(".torrent"):
        continue
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(os.path.join(folder, name))
    params.save_path = folder
    params.flags = lt.torrent_flags.seed_mode
    session.add_torrent(params)
print(session.listen_port(), flush=True)

for line in sys.stdin:
    if line.strip() == "pause":
        session.pause()
    else:
        session.resume()
