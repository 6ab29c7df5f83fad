---@meta http.client
-- Made by `npm run generate` from the tables of the API. Do not edit.

---HTTP requests. A script with one that is not answered goes on after its last line.
---@class http.client
local client = {}

---Sends a request: `method` is GET, or POST with a `body`, unless given. `callback` gets the status
---and the bytes of the answer as they came; redirects are not followed. Without an answer it gets -1
---and the empty string, and the reason goes to stderr. `timeout` in seconds, for all of it; there is
---none unless given.
---@param options {url: string, method?: string, headers?: table<string, string>, body?: string, callback?: fun(status: integer, content: string), timeout?: number}
function client.request(options) end

return client
