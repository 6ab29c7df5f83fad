/** The workflows packages, in Lua on top of the other packages. The chunk returns their functions by package name. */
export const source = `
local cron = require "cron"
local events = require "events"
local fs = require "fs"
local http = require "http.client"
local json = require "json"
local log = require "log"
local pql = require "pql"
local process = require "process"
local sessions = require "sessions"
local timers = require "timers"

-- What runs must not be collected as garbage.
local kept = {}

-- The script is three frames up: past the function here and the host function that called it.
local function bad(message, ...)
  error(message:format(...), 4)
end

-- What a call returns; its error is an error of the script.
local function checked(what, f, ...)
  local ok, result = pcall(f, ...)
  if not ok then error(what .. ": " .. tostring(result):gsub("^workflows:%d+: ", ""), 4) end
  return result
end

-- A value, or what a function makes of the context.
local function resolve(value, ctx)
  if type(value) == "function" then return value(ctx) end
  return value
end

local function resolve_all(list, ctx)
  if list == nil then return nil end
  local result = {}
  for key, value in pairs(list) do result[key] = resolve(value, ctx) end
  return result
end

-- Every action of a workflow may call back once; what it says a second time is not heard.
local function run(actions, ctx, index)
  local action = actions[index]
  if action == nil then return end
  local answered = false
  action(ctx, function(result)
    if answered then return end
    answered = true
    ctx.actions[index] = result
    run(actions, ctx, index + 1)
  end)
end

local workflows = {}

function workflows.add(workflow)
  if type(workflow) ~= "table" then bad("workflows.add: table expected, got %s", type(workflow)) end
  local trigger, actions = workflow.trigger, workflow.actions
  for key in pairs(workflow) do
    if key ~= "trigger" and key ~= "filter" and key ~= "actions" then
      bad("workflows.add: unknown field '%s' (there are trigger, filter, actions)", tostring(key))
    end
  end
  if type(trigger) ~= "function" then bad("workflows.add: a trigger is needed, see workflows.triggers") end
  if type(actions) ~= "table" or #actions == 0 then bad("workflows.add: a list of actions is needed") end
  for index, action in ipairs(actions) do
    if type(action) ~= "function" then bad("workflows.add: action %d is a %s, not a function", index, type(action)) end
  end
  local filter = workflow.filter
  if filter ~= nil and type(filter) ~= "function" then
    if type(filter) ~= "string" then bad("workflows.add: filter is a PQL text or a function, not a %s", type(filter)) end
    local query = checked("workflows.add: filter", pql.parse, filter)
    filter = function(ctx)
      -- A removed torrent has no status.
      return type(ctx.torrent) == "table" or query:includes(ctx.torrent:status())
    end
  end
  local alive = trigger(function(torrent)
    local ctx = { torrent = torrent, actions = {} }
    if filter == nil or filter(ctx) then run(actions, ctx, 1) end
  end)
  -- A trigger keeps something alive; what makes triggers gives one.
  if type(alive) == "function" then
    bad("workflows.add: the trigger must be called, as in trigger = require('workflows.triggers.torrent').added()")
  end
  kept[#kept + 1] = alive
end

-- Triggers: a function that gets what to call with each torrent, and returns what has to be kept.

local on = {}
for _, name in ipairs { "added", "finished", "moved", "paused", "resumed" } do
  on[name] = function()
    return function(fire) return events.on("torrent_" .. name, fire) end
  end
end

function on.removed()
  return function(fire)
    return events.on("torrent_removed", function(info_hash) fire { info_hash = info_hash } end)
  end
end

local function each_torrent(fire)
  for session in sessions.list() do
    for torrent in session:torrents() do fire(torrent) end
  end
end

local function cron_trigger(expression)
  -- A mistake shows here, not when the workflow is added.
  checked("workflows.triggers.cron", cron.schedule, { expression = expression, callback = each_torrent }):cancel()
  return function(fire)
    return cron.schedule { expression = expression, callback = function() each_torrent(fire) end }
  end
end

local function interval_trigger(milliseconds)
  checked("workflows.triggers.interval", timers.new, { interval = milliseconds, callback = each_torrent }):cancel()
  return function(fire)
    return timers.new { interval = milliseconds, callback = function() each_torrent(fire) end }
  end
end

-- Actions: a function of the context and of what to call when it is done.

local function exec(options)
  if type(options) ~= "table" or options.file == nil then
    bad("workflows.actions.exec needs a file: exec{file = '/bin/true', args = {}}")
  end
  return function(ctx, done)
    process.launch {
      file = resolve(options.file, ctx),
      args = resolve_all(options.args, ctx),
      done = function(exit_code, std_out, std_err)
        done { exit_code = exit_code, std_out = std_out, std_err = std_err }
      end,
    }
  end
end

local function request(options)
  if type(options) ~= "table" or options.url == nil then
    bad("workflows.actions.http needs a url: http{url = 'http://...'}")
  end
  return function(ctx, done)
    http.request {
      url = resolve(options.url, ctx),
      method = resolve(options.method, ctx),
      headers = resolve_all(resolve(options.headers, ctx), ctx),
      body = resolve(options.body, ctx),
      callback = function(status_code, content) done { status_code = status_code, content = content } end,
    }
  end
end

local function log_action(message)
  if message == nil then bad("workflows.actions.log needs a message, or a function that makes one") end
  return function(ctx, done)
    log.info(tostring(resolve(message, ctx)))
    done()
  end
end

local notify = {}

-- Whether it was heard is for the log; the workflow goes on.
local function post(url, headers, body, done)
  http.request {
    url = url,
    method = "POST",
    headers = headers,
    body = body,
    callback = function(status)
      if status < 200 or status > 299 then log.warning(("%s answered %d"):format(url, status)) end
      done()
    end,
  }
end

function notify.discord(options)
  if type(options) ~= "table" or not options.url or not options.message then
    bad("workflows.actions.notify.discord needs url and message")
  end
  return function(ctx, done)
    local body = json.encode { content = resolve(options.message, ctx) }
    post(resolve(options.url, ctx), { ["content-type"] = "application/json" }, body, done)
  end
end

function notify.ntfy(options)
  if type(options) ~= "table" or not options.topic or not options.message then
    bad("workflows.actions.notify.ntfy needs topic and message")
  end
  return function(ctx, done)
    local url = (options.server or "https://ntfy.sh") .. "/" .. resolve(options.topic, ctx)
    post(url, {}, resolve(options.message, ctx), done)
  end
end

local function sleep(milliseconds)
  if math.type(milliseconds) ~= "integer" or milliseconds < 1 then
    bad("workflows.actions.sleep needs milliseconds from 1, got %s", tostring(milliseconds))
  end
  return function(_, done)
    local timer
    timer = timers.new {
      interval = milliseconds,
      callback = function()
        timer:cancel()
        done()
      end,
    }
  end
end

-- Listens before it acts, so that the event cannot be missed.
local function act_and_wait(event, matches, act, done)
  local connection
  connection = events.on(event, function(subject)
    if not matches(subject) then return end
    connection:disconnect()
    done()
  end)
  local ok, problem = pcall(act)
  if ok then return end
  connection:disconnect()
  error(problem, 0)
end

local torrent = {}

local function set_paused(paused)
  return function(ctx, done)
    local th = ctx.torrent
    local act = function() if paused then th:pause() else th:resume() end end
    if (th:flags().paused or false) == paused then
      act()
      return done()
    end
    local event = paused and "torrent_paused" or "torrent_resumed"
    act_and_wait(event, function(other) return other == th end, act, done)
  end
end

function torrent.pause() return set_paused(true) end

function torrent.resume() return set_paused(false) end

function torrent.move(options)
  if type(options) ~= "table" or not options.path then bad("workflows.actions.torrent.move needs a path") end
  return function(ctx, done)
    local th, path = ctx.torrent, resolve(options.path, ctx)
    -- Somebody else may move it too: only the end of this move counts.
    local folder = fs.normal(path)
    local moved, failed
    local function over(other, there)
      if other ~= th or there ~= folder then return false end
      moved:disconnect()
      failed:disconnect()
      return true
    end
    moved = events.on("torrent_moved", function(other, there)
      if over(other, there) then done() end
    end)
    failed = events.on("torrent_move_failed", function(other, there, message)
      if over(other, there) then
        log.error(("workflow: a torrent could not be moved to %s: %s; its other actions are left out"):format(there, message))
      end
    end)
    local ok, problem = pcall(th.move_storage, th, path)
    if ok then return end
    moved:disconnect()
    failed:disconnect()
    error(problem, 0)
  end
end

function torrent.remove(options)
  if type(options) ~= "table" then bad("workflows.actions.torrent.remove needs a table: remove{remove_files = false}") end
  return function(ctx, done)
    local th = ctx.torrent
    local info_hash = th:info_hash()
    act_and_wait("torrent_removed", function(other) return other == info_hash end, function()
      for session in sessions.list() do
        if session:find_torrent(info_hash) == th then
          session:remove_torrent(th, { remove_files = options.remove_files or false })
        end
      end
    end, done)
  end
end

return {
  ["workflows"] = workflows,
  ["workflows.triggers.torrent"] = on,
  ["workflows.triggers.cron"] = cron_trigger,
  ["workflows.triggers.interval"] = interval_trigger,
  ["workflows.actions.exec"] = exec,
  ["workflows.actions.http"] = request,
  ["workflows.actions.log"] = log_action,
  ["workflows.actions.notify"] = notify,
  ["workflows.actions.sleep"] = sleep,
  ["workflows.actions.torrent"] = torrent,
}
`
