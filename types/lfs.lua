---@meta lfs
-- Made by `npm run generate` from the tables of the API. Do not edit.

---LuaFileSystem 1.8’s functions, which many Lua libraries want, over the machine the script runs on.
---@class lfs
local lfs = {}

---What is known of a file, all in a table (the given one or a new one) or the one thing of a name:
---sizes in bytes, times in unix seconds, `mode` such as "file", "directory", "link", `permissions`
---such as "rw-r--r--". nil, a message and the error’s number when it cannot be looked at.
---@param path string
---@param request? string|table
---@return {mode: string, dev: integer, ino: integer, nlink: integer, uid: integer, gid: integer, rdev: integer, access: integer, modification: integer, change: integer, size: integer, permissions: string, blocks: integer, blksize: integer, target?: string}|string|integer|nil
---@return string?
---@return integer?
function lfs.attributes(path, request) end

---As `attributes`, but of a link itself, with `target`, what it points to.
---@param path string
---@param request? string|table
---@return {mode: string, dev: integer, ino: integer, nlink: integer, uid: integer, gid: integer, rdev: integer, access: integer, modification: integer, change: integer, size: integer, permissions: string, blocks: integer, blksize: integer, target?: string}|string|integer|nil
---@return string?
---@return integer?
function lfs.symlinkattributes(path, request) end

---Changes the current folder. true, or nil and a message.
---@param path string
---@return boolean?
---@return string?
function lfs.chdir(path) end

---The current folder; nil and a message when it is gone.
---@return string?
---@return string?
function lfs.currentdir() end

---For `for name in lfs.dir(path) do`: all names in a folder, "." and ".." too. Raises an error when it
---cannot be read.
---@param path string
---@return fun(): string?
---@return Directory
---@return nil
---@return Directory
function lfs.dir(path) end

---Makes a folder. true, or nil, a message and the error’s number.
---@param path string
---@return boolean?
---@return string?
---@return integer?
function lfs.mkdir(path) end

---Removes an empty folder. true, or nil, a message and the error’s number.
---@param path string
---@return boolean?
---@return string?
---@return integer?
function lfs.rmdir(path) end

---Sets the times of a file, unix seconds; without them it is now, and the second is as the first.
---true, or nil, a message and the error’s number.
---@param path string
---@param access? number
---@param modification? number
---@return boolean?
---@return string?
---@return integer?
function lfs.touch(path, access, modification) end

---Makes a second name for a file, or a symbolic link. true, or nil, a message and the error’s number.
---@param old string
---@param new string
---@param symbolic? boolean
---@return boolean?
---@return string?
---@return integer?
function lfs.link(old, new, symbolic) end

---Changes nothing, as everywhere but on Windows: true and "binary".
---@param file file*
---@param mode "binary"|"text"
---@return boolean
---@return string
function lfs.setmode(file, mode) end

---Not possible here: nil, a message and a number, always. `lock_dir` and `porla-lua --lock` are.
---@param file file*
---@param mode "r"|"w"
---@param start? integer
---@param length? integer
---@return nil
---@return string
---@return integer
function lfs.lock(file, mode, start, length) end

---Not possible here: nil, a message and a number, always.
---@param file file*
---@param start? integer
---@param length? integer
---@return nil
---@return string
---@return integer
function lfs.unlock(file, start, length) end

---Locks a folder with a link `lockfile.lfs` in it, which stays when the script is killed; how stale it
---may be is not looked at, as everywhere but on Windows. nil and a message when it is locked.
---@param path string
---@param seconds_stale? number
---@return DirectoryLock?
---@return string?
function lfs.lock_dir(path, seconds_stale) end

---Which LuaFileSystem it is like.
lfs._VERSION = "LuaFileSystem 1.8.0"

return lfs
