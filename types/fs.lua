---@meta fs
-- Made by `npm run generate` from the tables of the API. Do not edit.

---Files of the machine that the script runs on. `lfs` and `io` do more. Paths are bytes; `~` at the
---start of one is the home folder, unlike in `io` and `lfs`.
---@class fs
local fs = {}

---The absolute path: the current folder in front of a relative one. `..` stays, and nothing has to
---exist.
---@param path string
---@return string
function fs.abs(path) end

---The absolute path as save paths are kept, so that two spellings of a folder compare as equal:
---without `.`, `..`, doubled slashes and one at the end, and with the home folder for `~`. Nothing has
---to exist.
---@param path string
---@return string
function fs.normal(path) end

---What is in a folder, files and folders, each as `path/name`, in no order, without what lies deeper.
---Raises an error when the folder cannot be read.
---@param path string
---@return string[]
function fs.dir(path) end

---Whether there is something at a path; false for a link to nothing.
---@param path string
---@return boolean
function fs.exists(path) end

---The last extension with its dot: ".gz" of `a/b.tar.gz`, "." of `a.`, "" of `a` and `.bashrc`.
---@param path string
---@return string
function fs.ext(path) end

---Bytes of the file system that a path lies on: `capacity` in all, `free`, and the part of that which
---is `available` without special rights. nil and a message when the path is not there.
---@param path string
---@return {available: integer, capacity: integer, free: integer}?
---@return string?
function fs.space(path) end

return fs
