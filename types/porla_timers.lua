---@meta porla_timers
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Calls at intervals and times, as newer versions of Porla have them; `timers` and `cron` are the
---older names. A script with one of them goes on after its last line.
---@class porla_timers
local porla_timers = {}

---Calls `callback` every `ms` milliseconds; the next interval begins when it has returned.
---@param ms integer
---@param callback fun()
---@return PoCancellable
function porla_timers.interval(ms, callback) end

---Calls `callback` once, after `ms` milliseconds.
---@param ms integer
---@param callback fun()
---@return PoCancellable
function porla_timers.timeout(ms, callback) end

---Calls `callback` at the times of a schedule, as `cron.schedule`.
---@param schedule string
---@param callback fun()
---@return PoCancellable
function porla_timers.cron(schedule, callback) end

return porla_timers
