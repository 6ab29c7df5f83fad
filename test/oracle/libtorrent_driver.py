"""libtorrent behind JSON lines, for the oracle suite; porla_driver.lua does the same requests through porla-lua.

Each line of standard input is a request `{"op": NAME, ...}`; each gets one line, `{"result": VALUE}` or
`{"error": TEXT}`. Ends with its standard input. Everything stays on 127.0.0.1.
"""

import json
import os
import sys
import time

import libtorrent as lt

# Porla's names of flags; two are not in the bindings and never read true through flags().
FLAGS = (
    "seed_mode upload_mode share_mode apply_ip_filter paused auto_managed duplicate_is_error update_subscribe "
    "super_seeding sequential_download stop_when_ready override_trackers override_web_seeds need_save_resume "
    "disable_dht disable_lsd disable_pex no_verify_files default_dont_download i2p_torrent"
).split()
BITS = {name: getattr(lt.torrent_flags, name, 0) for name in FLAGS}

STATUS = (
    "progress is_finished is_seeding queue_position name save_path has_metadata total total_done total_wanted "
    "total_wanted_done num_pieces block_size error_file total_download total_upload total_payload_download "
    "total_payload_upload all_time_download all_time_upload total_failed_bytes total_redundant_bytes download_rate "
    "upload_rate download_payload_rate upload_payload_rate num_peers num_connections num_seeds num_uploads list_peers "
    "list_seeds connect_candidates num_complete num_incomplete connections_limit uploads_limit up_bandwidth_queue "
    "down_bandwidth_queue distributed_copies current_tracker announcing_to_trackers announcing_to_dht "
    "announcing_to_lsd has_incoming moving_storage need_save_resume added_time completed_time active_duration "
    "finished_duration seeding_duration seed_rank last_seen_complete next_announce"
).split()

# These are durations in Python, whole seconds in Lua.
SECONDS = ("active_duration", "finished_duration", "seeding_duration", "next_announce")

LOOPBACK = {
    "listen_interfaces": "127.0.0.1:0",
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
}

session = lt.session(LOOPBACK)
torrents = {}


def hashes(pair):
    v1, v2 = str(pair.v1), str(pair.v2)
    return {"v1": v1 if v1.strip("0") else None, "v2": v2 if v2.strip("0") else None}


def flag_table(bits):
    return {name: bool(BITS[name] and bits & BITS[name]) for name in FLAGS}


def tracker(entry):
    get = entry.get if isinstance(entry, dict) else lambda name: getattr(entry, name)
    return {name: get(name) for name in ("url", "tier", "trackerid", "fail_limit", "verified")} | {
        "source": int(get("source"))
    }


def info_table(ti):
    if ti is None:
        return None
    files = ti.files()
    return {
        "name": ti.name(),
        "comment": ti.comment(),
        "creator": ti.creator(),
        "info_hash": hashes(ti.info_hashes()),
        "num_files": ti.num_files(),
        "num_pieces": ti.num_pieces(),
        "priv": ti.priv(),
        "total_size": ti.total_size(),
        "piece_length": ti.piece_length(),
        "creation_date": ti.creation_date(),
        "web_seeds": ti.web_seeds(),
        "magnet_uri": lt.make_magnet_uri(ti),
        "trackers": [tracker(entry) for entry in ti.trackers()],
        "files": [
            {"name": files.file_name(i), "path": files.file_path(i), "size": files.file_size(i)}
            for i in range(files.num_files())
        ],
    }


def status_table(status):
    table = {}
    for name in STATUS:
        value = getattr(status, name)
        table[name] = int(value.total_seconds()) if name in SECONDS else value
    table["state"] = str(status.state)
    table["flags"] = flag_table(status.flags)
    table["info_hash"] = hashes(status.info_hashes)
    # Moments, which Python gives in the time zone of the machine.
    for name in ("upload", "download"):
        ago = getattr(status, "time_since_" + name)
        table["last_" + name] = 0 if ago < 0 else int(time.time()) - ago
    # Porla's own: what is missing at the rate of now.
    missing = status.total_wanted - status.total_wanted_done
    rate = status.download_payload_rate
    table["eta"] = missing // rate if missing > 0 and rate > 0 else -1
    table["pieces"] = "".join("1" if there else "0" for there in status.pieces)
    # What Porla's own property computes.
    down = status.all_time_download
    table["ratio"] = status.all_time_upload / down if down > 0 else 0.0
    table["error"] = status.errc.message() if status.errc.value() else None
    file = status.error_file
    # Below zero it names no file of the torrent.
    table["error_file"] = file if table["error"] and file >= 0 else None
    return table


def handle_table(handle):
    info = handle.torrent_file()
    pieces = info.num_pieces() if info else 0
    return {
        "download_limit": handle.download_limit(),
        "upload_limit": handle.upload_limit(),
        "max_connections": handle.max_connections(),
        "max_uploads": handle.max_uploads(),
        "queue_position": handle.queue_position(),
        "file_priorities": [int(priority) for priority in handle.get_file_priorities()],
        "file_progress": list(handle.file_progress()),
        "have_piece": "".join("1" if handle.have_piece(i) else "0" for i in range(pieces)),
        "flags": flag_table(handle.flags()),
        "info_hash": hashes(handle.info_hashes()),
        "is_valid": handle.is_valid(),
        "torrent_file": info_table(info),
        "trackers": [tracker(entry) for entry in handle.trackers()],
        "piece_availability": list(handle.piece_availability()),
        "magnet_uri": lt.make_magnet_uri(handle),
    }


def flag_bits(flags):
    on = sum(BITS[name] for name, value in flags.items() if value)
    off = sum(BITS[name] for name, value in flags.items() if not value)
    return on, off


def params_of(request):
    if "magnet" in request:
        params = lt.parse_magnet_uri(request["magnet"])
    else:
        params = lt.add_torrent_params()
    if "file" in request:
        params.ti = lt.torrent_info(request["file"])
    params.save_path = request["save_path"]
    for name in (
        "name trackers tracker_tiers url_seeds file_priorities download_limit upload_limit max_connections max_uploads"
    ).split():
        if name in request:
            setattr(params, name, request[name])
    on, off = flag_bits(request.get("flags", {}))
    params.flags = (params.flags | on) & ~off
    return params


def add(request):
    torrents[request["key"]] = session.add_torrent(params_of(request))


def params_table(params):
    return {
        "name": params.name,
        "info_hash": hashes(params.info_hashes),
        "trackers": list(params.trackers),
        "tracker_tiers": list(params.tracker_tiers),
        "url_seeds": list(params.url_seeds),
        "peers": [("[%s]:%d" if ":" in ip else "%s:%d") % (ip, port) for ip, port in params.peers],
        "file_priorities": [int(priority) for priority in params.file_priorities],
        "save_path": params.save_path,
        "trackerid": params.trackerid,
        "download_limit": params.download_limit,
        "upload_limit": params.upload_limit,
        "max_connections": params.max_connections,
        "max_uploads": params.max_uploads,
        "ti": info_table(params.ti),
        "magnet_uri": lt.make_magnet_uri(params),
        # Porla shows these under `flags` of libtorrent's own.
        "flags": {name: bool(params.flags & BITS[name]) for name in FLAGS if BITS[name]},
    }


def set_flags(request):
    on, off = flag_bits(request["flags"])
    torrents[request["key"]].set_flags(on, on | off)


def call(request):
    name = request["method"]
    args = request.get("args", [])
    handle = torrents[request["key"]]
    if name == "connect_peer":
        args = [tuple(args)]
    if name == "move_storage":
        args = [args[0], 0]  # always_replace_files, the default that Porla uses
    value = getattr(handle, name)(*args)
    return list(value) if name == "file_progress" else value


def read(request):
    handle = torrents[request["key"]]
    try:
        return {"status": status_table(handle.status()), "handle": handle_table(handle)}
    except RuntimeError:
        # It may have been removed between one call and the next.
        if handle.is_valid():
            raise
        return {"handle": {"is_valid": False, "info_hash": hashes(handle.info_hashes())}}


def remove(request):
    session.remove_torrent(torrents[request["key"]], lt.session.delete_files if request["files"] else 0)


def preset(request):
    name = {"default": "default_settings"}.get(request["name"], request["name"])
    return getattr(lt, name)()


def create(request):
    """Makes a torrent file. `version`: 1, 2 or 3 for both."""
    storage = lt.file_storage()
    lt.add_files(storage, request["path"])
    flags = {1: lt.create_torrent.v1_only, 2: lt.create_torrent.v2_only, 3: 0}[request.get("version", 1)]
    torrent = lt.create_torrent(storage, request["piece_size"], flags)
    for url, tier in request.get("trackers", []):
        torrent.add_tracker(url, tier)
    if "comment" in request:
        torrent.set_comment(request["comment"])
    if "creator" in request:
        torrent.set_creator(request["creator"])
    if request.get("priv"):
        torrent.set_priv(True)
    lt.set_piece_hashes(torrent, os.path.dirname(request["path"]))
    with open(request["file"], "wb") as file:
        file.write(lt.bencode(torrent.generate()))


OPS = {
    "add": add,
    "call": call,
    "create": create,
    "find": lambda request: session.find_torrent(lt.sha1_hash(bytes.fromhex(request["hash"]))).is_valid(),
    "info": lambda request: info_table(lt.torrent_info(request["file"])),
    "magnet": lambda request: params_table(lt.parse_magnet_uri(request["uri"])),
    "new_params": lambda request: params_table(lt.add_torrent_params()),
    "port": lambda request: session.listen_port(),
    "preset": preset,
    "read": read,
    "remove": remove,
    "session": lambda request: [hashes(h.info_hashes()) for h in session.get_torrents()],
    "set_flags": set_flags,
    "setting": lambda request: session.get_settings()[request["name"]],
    "settings": lambda request: session.get_settings(),
    "apply": lambda request: session.apply_settings(request["settings"]),
    "status": lambda request: status_table(torrents[request["key"]].status()),
}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"result": OPS[request["op"]](request)}
    except (RuntimeError, KeyError, TypeError, ValueError) as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
