---@meta porla_codec
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Encodings, as newer versions of Porla have them. `json.decode` gives nil and a message for a bad
---text, where the package `json` raises an error; the others raise one.
---@type {json: {encode: fun(value: any): string, decode: fun(text: string): any, string?}, hex: {encode: fun(bytes: string): string, decode: fun(text: string): string}, base64: {encode: fun(bytes: string): string, decode: fun(text: string): string}}
local porla_codec = {}

return porla_codec
