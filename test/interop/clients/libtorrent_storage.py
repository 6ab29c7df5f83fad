"""libtorrent's storage without a network, for the interop tests.

usage: libtorrent_storage.py make TORRENT_FILE SAVE_PATH DATA_FILE [PRIORITIES_JSON]
       libtorrent_storage.py check TORRENT_FILE SAVE_PATH [PRIORITIES_JSON]
       libtorrent_storage.py remove TORRENT_FILE SAVE_PATH

`make` writes the pieces of wanted files, `check` hashes what is there, `remove` deletes the torrent with its files.
Prints one JSON object: have (a character a piece), finished.
"""

import json
import sys
import time

import libtorrent as lt

action, torrent_file, save_path, *rest = sys.argv[1:]
data_file = rest.pop(0) if action == "make" else None
priorities = json.loads(rest[0]) if rest else None

session = lt.session(
    {
        "listen_interfaces": "",
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "alert_mask": lt.alert.category_t.all_categories,
    }
)
params = lt.add_torrent_params()
params.ti = lt.torrent_info(torrent_file)
params.save_path = save_path
params.flags &= ~lt.torrent_flags.auto_managed
params.flags &= ~lt.torrent_flags.paused
if priorities:
    params.file_priorities = priorities
handle = session.add_torrent(params)
deadline = time.time() + 30


def wait(what, fits):
    while not fits():
        if time.time() > deadline:
            sys.exit(f"waited too long: {what}; {handle.status().state}")
        time.sleep(0.01)


def wait_for(kind):
    def seen():
        for alert in session.pop_alerts():
            if isinstance(alert, lt.file_error_alert):
                sys.exit(alert.message())
            if isinstance(alert, kind):
                return True
        return False

    wait(str(kind), seen)


def checked():
    return handle.status().state not in (
        lt.torrent_status.checking_files,
        lt.torrent_status.checking_resume_data,
    )


wait("checked", checked)
info = params.ti
if action == "make":
    with open(data_file, "rb") as file:
        data = file.read()
    wanted = handle.get_piece_priorities()
    for piece in range(info.num_pieces()):
        if wanted[piece] == 0:
            continue
        start = piece * info.piece_length()
        handle.add_piece(piece, data[start : start + info.piece_size(piece)], 0)
    wait("written", lambda: handle.status().is_finished)
status = handle.status()
have = "".join("1" if piece else "0" for piece in status.pieces)
if action == "remove":
    session.remove_torrent(handle, lt.session.delete_files)
    # it calls it a failure when a folder stays because of foreign files
    wait_for((lt.torrent_deleted_alert, lt.torrent_delete_failed_alert))
else:
    handle.flush_cache()
    wait_for(lt.cache_flushed_alert)
    session.remove_torrent(handle)
    wait_for(lt.torrent_removed_alert)
print(json.dumps({"have": have, "finished": status.is_finished}))
