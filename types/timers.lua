---@meta timers
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Calls that repeat. A script with a timer that is alive goes on after its last line.
---@class timers
local timers = {}

---Calls `callback` every `interval` milliseconds, for the first time after one; the next interval
---begins when the callback has returned. An error in it is shown and the timer goes on. Without
---`callback` it stops after the first interval, with a warning.
---@param options {interval: integer, callback?: fun()}
---@return Timer
function timers.new(options) end

return timers
