"""A libtorrent peer on 127.0.0.1 for the interop tests.

usage: libtorrent_peer.py seed|download|check TORRENT_FILE|MAGNET_LINK SAVE_PATH SETTINGS_JSON

Prints `port N` when it listens, `peer TRANSPORT ENCRYPTION` for each kind of connection it sees, and `done` when it
has everything. Each line of its standard input is a peer to call, HOST:PORT. Ends with its standard input, or after
two minutes.
"""

import json
import os
import select
import signal
import sys
import time

import libtorrent as lt

mode, torrent_file, save_path, settings = sys.argv[1:]

session = lt.session(
    {
        "listen_interfaces": "127.0.0.1:0",
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "allow_multiple_connections_per_ip": True,
        **json.loads(settings),
    }
)
if torrent_file.startswith("magnet:"):
    params = lt.parse_magnet_uri(torrent_file)
else:
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(torrent_file)
params.save_path = save_path
params.flags |= lt.torrent_flags.disable_pex
if mode == "seed":
    params.flags |= lt.torrent_flags.seed_mode
handle = session.add_torrent(params)
handle.unset_flags(lt.torrent_flags.auto_managed)
handle.resume()
while session.listen_port() == 0:
    time.sleep(0.01)
print("port", session.listen_port(), flush=True)


def stop(*_):
    # what is still in its buffers goes to disk
    session.pause()
    handle.flush_cache()
    time.sleep(0.2)
    os._exit(0)


signal.signal(signal.SIGTERM, stop)

seen = set()
done = False
left = b""
deadline = time.time() + 120
while time.time() < deadline:
    for peer in handle.get_peer_info():
        if peer.flags & (lt.peer_info.connecting | lt.peer_info.handshake):
            continue
        # the flag utp_socket has no name in the Python binding
        transport = "utp" if peer.flags & 0x20000 else "tcp"
        if peer.flags & lt.peer_info.rc4_encrypted:
            encryption = "rc4"
        elif peer.flags & lt.peer_info.plaintext_encrypted:
            encryption = "obfuscated handshake"
        else:
            encryption = "plain"
        kind = f"{transport} {encryption}"
        if kind not in seen:
            seen.add(kind)
            print("peer", kind, flush=True)
    status = handle.status()
    if status.errc.value() != 0:
        print("error", status.errc.message(), flush=True)
    if not done and status.is_seeding:
        done = True
        print("done", flush=True)
    if select.select([sys.stdin], [], [], 0.05)[0]:
        got = os.read(0, 4096)
        if not got:
            break
        *lines, left = (left + got).split(b"\n")
        for line in lines:
            host, port = line.decode().rsplit(":", 1)
            handle.connect_peer((host, int(port)))
stop()
