---@meta http.client
-- Made by `npm run generate` from the tables of the API. Do not edit.

---HTTP requests. A script with one that is not answered goes on after its last line.
---@class http.client
local client = {}

---Sends a request: `method` is GET, or POST with a `body`, unless given. `callback` gets the status,
---the bytes of the answer as they came, its header fields, and the URL that answered. Without an
---answer it gets -1 and the empty string, and the reason goes to stderr. `timeout` in seconds is for
---all of it, redirects and the body included; there is none unless given, so a server that never
---answers keeps the script: give one to what runs unattended. `redirects` is how many redirects are
---followed at most, 0 to 50; 0, unless given, makes the answer that redirects the answer. 301 and 302
---make a GET of a POST, 303 of everything but HEAD, 307 and 308 repeat the request. To another host no
---Authorization, Cookie or Host goes along; from https to http none is followed.
---@param options {url: string, method?: string, headers?: table<string, string>, body?: string, callback?: fun(status: integer, content: string, headers: HttpHeaders?, url: string?), timeout?: number, redirects?: integer}
function client.request(options) end

return client
