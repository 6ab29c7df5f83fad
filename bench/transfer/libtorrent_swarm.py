"""Many libtorrent sessions in one process, for the transfer benchmark; each has one torrent, on 127.0.0.1.

usage: libtorrent_swarm.py seed|download COUNT TORRENT_FILE SAVE_PATH SETTINGS_JSON

A seed takes SAVE_PATH for complete; downloaders have a folder each below it. Prints `ports N...` when all listen, `first`
when the first byte of a block went out (seeds) or came in (downloaders), and `done` when every downloader has
everything. A line of its standard input is a peer, HOST:PORT, that every session calls. Ends with its standard input.
"""

import json
import os
import select
import sys
import time

import libtorrent as lt

mode, count, torrent_file, save_path, settings = sys.argv[1:]

sessions, handles = [], []
info = lt.torrent_info(torrent_file)
for i in range(int(count)):
    session = lt.session(
        {
            "listen_interfaces": "127.0.0.1:0",
            "enable_dht": False,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "allow_multiple_connections_per_ip": True,
            "connection_speed": 500,
            **json.loads(settings),
        }
    )
    params = lt.add_torrent_params()
    params.ti = info
    params.save_path = save_path if mode == "seed" else os.path.join(save_path, str(i))
    params.flags |= lt.torrent_flags.disable_pex
    params.flags &= ~lt.torrent_flags.auto_managed
    params.flags &= ~lt.torrent_flags.paused
    if mode == "seed":
        params.flags |= lt.torrent_flags.seed_mode
    sessions.append(session)
    handles.append(session.add_torrent(params))
while any(session.listen_port() == 0 for session in sessions):
    time.sleep(0.01)
print("ports", *(session.listen_port() for session in sessions), flush=True)

begun = False
waiting = list(handles) if mode == "download" else []
# nobody looks at what has not begun: the look costs processor time
called = False
left = b""
while True:
    if called and not begun:
        states = [handle.status() for handle in handles]
        if any(s.total_payload_upload + s.total_payload_download > 0 for s in states):
            begun = True
            print("first", flush=True)
    elif called and waiting:
        waiting = [handle for handle in waiting if not handle.status().is_seeding]
        if not waiting:
            print("done", flush=True)
    quick = called and (not begun or waiting)
    if select.select([sys.stdin], [], [], 0.005 if quick and not begun else 0.02 if quick else 1)[0]:
        got = os.read(0, 65536)
        if not got:
            os._exit(0)
        *lines, left = (left + got).split(b"\n")
        for line in lines:
            called = True
            if line == b"watch":
                continue
            host, port = line.decode().rsplit(":", 1)
            for handle in handles:
                handle.connect_peer((host, int(port)))
