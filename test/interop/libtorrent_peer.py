"""A libtorrent peer on 127.0.0.1 for the interop tests.

usage: libtorrent_peer.py seed|download TORRENT_FILE SAVE_PATH [HOST:PORT ...]

Prints `port N` when it listens and `done` when it has everything. Ends when its standard input closes, or after
two minutes.
"""

import select
import sys
import time

import libtorrent as lt

mode, torrent_file, save_path, *peers = sys.argv[1:]

session = lt.session(
    {
        "listen_interfaces": "127.0.0.1:0",
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "allow_multiple_connections_per_ip": True,
    }
)
handle = session.add_torrent(
    {
        "ti": lt.torrent_info(torrent_file),
        "save_path": save_path,
        "flags": lt.torrent_flags.seed_mode if mode == "seed" else lt.torrent_flags.default_flags,
    }
)
handle.unset_flags(lt.torrent_flags.auto_managed)
handle.resume()
while session.listen_port() == 0:
    time.sleep(0.01)
print("port", session.listen_port(), flush=True)
for peer in peers:
    host, port = peer.rsplit(":", 1)
    handle.connect_peer((host, int(port)))

done = False
deadline = time.time() + 120
while time.time() < deadline:
    if not done and handle.status().is_seeding:
        done = True
        print("done", flush=True)
    if select.select([sys.stdin], [], [], 0.05)[0]:
        break
