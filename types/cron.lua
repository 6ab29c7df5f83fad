---@meta cron
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Calls at times of day. A script with a schedule that is alive goes on after its last line.
---@class cron
local cron = {}

---Calls `callback` at the times of `expression`: second, minute, hour, day of month, month, day of
---week, in local time (TZ, as `os.date`), with `*`, `?`, lists `a,b`, ranges `a-b`, steps `*/n` and
---`a-b/n`, JAN-DEC, SUN-SAT, 0 for Sunday; both day fields must fit. A bad expression raises an error
---(in Porla it never fires).
---@param options {expression: string, callback: fun()}
---@return Schedule
function cron.schedule(options) end

return cron
