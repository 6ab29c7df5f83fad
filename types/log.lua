---@meta log
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Messages for people, on stderr: `2026-01-31T12:00:00.000Z WARNING message`, one line each, the time
---in UTC. The variable PORLA_LUA_LOG_LEVEL (trace, debug, info, warning, error, fatal) says from which
---level on; info by default.
---@class log
local log = {}

---Writes a line of level debug to stderr.
---@param message string|number
function log.debug(message) end

---Writes a line of level info to stderr.
---@param message string|number
function log.info(message) end

---Writes a line of level warning to stderr.
---@param message string|number
function log.warning(message) end

---Writes a line of level error to stderr.
---@param message string|number
function log.error(message) end

---Text as one line that a terminal shows as it is: control characters, line breaks and marks of the
---writing direction become escapes (`\n`, `\x1b`, `\u{202e}`). For names that come from the network,
---before they are printed.
---@param text string
---@return string
function log.visible(text) end

return log
