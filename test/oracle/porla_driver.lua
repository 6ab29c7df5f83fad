-- porla-lua behind JSON lines, for the oracle suite; libtorrent_driver.py does the same requests through libtorrent.
--
-- Each line of standard input is a request {"op": NAME, ...}; each gets one line, {"result": VALUE} or
-- {"error": TEXT}. Ends with its standard input. arg[1] names the session.

local json = require('json')
local session = assert(require('sessions').get(arg[1]))
local torrents = {}

local STATUS = {
  'state', 'progress', 'is_finished', 'is_seeding', 'flags', 'queue_position', 'name', 'save_path', 'has_metadata',
  'total', 'total_done', 'total_wanted', 'total_wanted_done', 'num_pieces', 'block_size', 'error', 'error_file',
  'total_download', 'total_upload', 'total_payload_download', 'total_payload_upload', 'all_time_download',
  'all_time_upload', 'ratio', 'total_failed_bytes', 'total_redundant_bytes', 'download_rate', 'upload_rate',
  'download_payload_rate', 'upload_payload_rate', 'num_peers', 'num_connections', 'num_seeds', 'num_uploads',
  'list_peers', 'list_seeds', 'connect_candidates', 'num_complete', 'num_incomplete', 'connections_limit',
  'uploads_limit', 'up_bandwidth_queue', 'down_bandwidth_queue', 'distributed_copies', 'current_tracker',
  'announcing_to_trackers', 'announcing_to_dht', 'announcing_to_lsd', 'has_incoming', 'moving_storage',
  'need_save_resume', 'added_time', 'completed_time', 'active_duration', 'finished_duration', 'seeding_duration',
  'seed_rank', 'last_seen_complete', 'last_upload', 'last_download', 'next_announce', 'eta',
}

-- JSON needs to know a list from a record, and has null where Lua has no key.
local function list(values, convert)
  local result = {}
  for i, value in ipairs(values) do
    result[i] = convert and convert(value) or value
  end
  return result
end

local function hashes(pair)
  return { v1 = pair.v1, v2 = pair.v2 }
end

local function tracker(entry)
  return {
    url = entry.url,
    tier = entry.tier,
    trackerid = entry.trackerid,
    fail_limit = entry.fail_limit,
    source = entry.source,
    verified = entry.verified,
  }
end

local function info_table(ti)
  if ti == nil then
    return nil
  end
  local files = {}
  for i = 0, ti:num_files() - 1 do
    local storage = ti:files()
    files[i + 1] = { name = storage:file_name(i), path = storage:file_path(i), size = storage:file_size(i) }
  end
  return {
    name = ti:name(),
    comment = ti:comment(),
    creator = ti:creator(),
    info_hash = hashes(ti:info_hash()),
    num_files = ti:num_files(),
    num_pieces = ti:num_pieces(),
    priv = ti:priv(),
    total_size = ti:total_size(),
    piece_length = ti:piece_length(),
    creation_date = ti:creation_date(),
    web_seeds = list(ti:web_seeds()),
    magnet_uri = ti:make_magnet_uri(),
    trackers = list(ti:trackers(), tracker),
    files = files,
  }
end

local function bits(values)
  local digits = {}
  for i, value in ipairs(values) do
    digits[i] = value and '1' or '0'
  end
  return table.concat(digits)
end

local function status_table(status)
  local result = {}
  for _, name in ipairs(STATUS) do
    result[name] = status[name]
  end
  result.info_hash = hashes(status.info_hash)
  result.pieces = bits(status.pieces)
  return result
end

local function handle_table(torrent)
  local info = torrent:torrent_file()
  local have = {}
  for i = 1, info and info:num_pieces() or 0 do
    have[i] = torrent:have_piece(i - 1)
  end
  return {
    download_limit = torrent:download_limit(),
    upload_limit = torrent:upload_limit(),
    max_connections = torrent:max_connections(),
    max_uploads = torrent:max_uploads(),
    queue_position = torrent:queue_position(),
    file_priorities = list(torrent:file_priorities()),
    file_progress = list(torrent:file_progress()),
    have_piece = bits(have),
    flags = torrent:flags(),
    info_hash = hashes(torrent:info_hash()),
    is_valid = torrent:is_valid(),
    torrent_file = info_table(info),
    trackers = list(torrent:trackers(), tracker),
    piece_availability = list(torrent:piece_availability()),
    magnet_uri = torrent:make_magnet_uri(),
  }
end

local function params_table(params)
  local flags = {}
  for name, value in pairs(params.flags) do
    -- Two that the Python bindings do not have.
    if name ~= 'need_save_resume' and name ~= 'i2p_torrent' then
      flags[name] = value
    end
  end
  return {
    name = params.name,
    info_hash = hashes(params.info_hash),
    trackers = list(params.trackers),
    tracker_tiers = list(params.tracker_tiers),
    url_seeds = list(params.url_seeds),
    peers = list(params.peers),
    file_priorities = list(params.file_priorities),
    save_path = params.save_path,
    trackerid = params.trackerid,
    download_limit = params.download_limit,
    upload_limit = params.upload_limit,
    max_connections = params.max_connections,
    max_uploads = params.max_uploads,
    ti = info_table(params.ti),
    magnet_uri = params:make_magnet_uri(),
    flags = flags,
  }
end

-- A request's text and numbers, as `error` where the function gives nil and a message.
local function checked(value, message)
  if value == nil then
    error(message, 0)
  end
  return value
end

local function params_of(request)
  local params = AddTorrentParams.new()
  if request.magnet then
    params = checked(AddTorrentParams.from_magnet(request.magnet))
  end
  if request.file then
    params.ti = checked(TorrentInfo.from_file(request.file))
  end
  for _, name in ipairs {
    'save_path', 'name', 'trackers', 'tracker_tiers', 'url_seeds', 'file_priorities', 'download_limit',
    'upload_limit', 'max_connections', 'max_uploads', 'flags',
  } do
    if request[name] ~= nil then
      params[name] = request[name]
    end
  end
  return params
end

local function settings_table(pack)
  local result = {}
  for name, value in pairs(pack) do
    result[name] = value
  end
  return result
end

local ops = {}

function ops.add(request)
  torrents[request.key] = session:add_torrent(params_of(request))
end

function ops.call(request)
  local torrent = torrents[request.key]
  local value = torrent[request.method](torrent, table.unpack(request.args or {}))
  return type(value) == 'table' and list(value) or value
end

function ops.find(request)
  return session:find_torrent(request.hash) ~= nil
end

function ops.info(request)
  return info_table(checked(TorrentInfo.from_file(request.file)))
end

function ops.magnet(request)
  return params_table(checked(AddTorrentParams.from_magnet(request.uri)))
end

function ops.new_params()
  return params_table(AddTorrentParams.new())
end

function ops.preset(request)
  return settings_table(SettingsPack[request.name]())
end

function ops.read(request)
  local torrent = torrents[request.key]
  if not torrent:is_valid() then
    return { handle = { is_valid = false, info_hash = hashes(torrent:info_hash()) } }
  end
  return { status = status_table(torrent:status()), handle = handle_table(torrent) }
end

function ops.remove(request)
  session:remove_torrent(torrents[request.key], { remove_files = request.files })
end

function ops.session()
  local result = {}
  for torrent in session:torrents() do
    result[#result + 1] = hashes(torrent:info_hash())
  end
  return result
end

function ops.set_flags(request)
  torrents[request.key]:set_flags(request.flags)
end

function ops.settings()
  return settings_table(session:settings())
end

-- One setting; a name that no pack knows is an error.
function ops.setting(request)
  return session:settings()[request.name]
end

function ops.apply(request)
  local pack = session:settings()
  for name, value in pairs(request.settings) do
    pack[name] = value
  end
  session:apply_settings(pack)
end

function ops.status(request)
  return status_table(torrents[request.key]:status())
end

io.stdout:setvbuf('no')
for line in io.lines() do
  local request = json.decode(line)
  local done, result = pcall(ops[request.op], request)
  if done then
    print(json.encode { result = result })
  else
    print(json.encode { error = tostring(result) })
  end
end
