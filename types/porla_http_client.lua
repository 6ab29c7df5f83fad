---@meta porla_http_client
-- Made by `npm run generate` from the tables of the API. Do not edit.

---HTTP requests, as newer versions of Porla have them; `http.client` is the older name.
---@class porla_http_client
local porla_http_client = {}

---Sends a request; `options` are those of `http.client.request`. `callback` gets nil and the answer,
---or a message when there is none.
---@param url string
---@param callback fun(err: string?, response: {status: integer, body: string, headers: HttpHeaders, url: string}?)
---@param options? {method?: string, headers?: table<string, string>, body?: string, timeout?: number, redirects?: integer}
function porla_http_client.request(url, callback, options) end

return porla_http_client
