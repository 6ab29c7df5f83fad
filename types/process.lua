---@meta process
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Other programs. A script with one that runs goes on after its last line.
---@class process
local process = {}

---Starts a program: `file` is its path (PATH is not searched, no shell is between), `args` what
---follows its name. Its standard input is empty. `done` gets the exit code, 128 + n for signal n, and
---all that it wrote. Raises an error when it cannot be started. It goes on when the script is
---interrupted.
---@param options {file: string, args?: string[], done?: fun(exit_code: integer, stdout: string, stderr: string)}
function process.launch(options) end

---The path of the program that a shell would start; the empty string when PATH has none.
---@param name string
---@return string
function process.search_path(name) end

return process
