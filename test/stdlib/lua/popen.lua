-- io.popen and os.execute: streams, status, both ways.
local check = require("check")

local function run(command, mode, input)
  local p = assert(io.popen(command, mode))
  if input then assert(p:write(input)) end
  return p:close()
end
check.same(run("true"))(true, "exit", 0)
check.same(run("exit 3"))(nil, "exit", 3)
check.same(run("exit 137"))(nil, "exit", 137)
check.same(run("exit 255"))(nil, "exit", 255)
check.same(run("kill -9 $$"))(nil, "signal", 9)
check.same(run("kill -15 $$"))(nil, "signal", 15)
check.same(run("sh -c 'kill -9 $$' 2>&-"))(nil, "exit", 137)
check.same(run("no-such-command 2>&-"))(nil, "exit", 127)
check.same(run("cat >/dev/null; exit 4", "w", "x"))(nil, "exit", 4)
for _, command in ipairs({ "true", "exit 3", "exit 137", "kill -9 $$", "kill -1 $$" }) do
  check.same(os.execute(command))(run(command))
end
check.same(os.execute())(true)
check.same(os.execute(nil))(true)

-- What it prints, and that it ends only when it is closed.
do
  local p <close> = assert(io.popen("printf 'a\\nb\\n\\0c'"))
  check.same(p:read(), p:read("L"), p:read("a"), p:read())("a", "b\n", "\0c", nil)
  check.same(p:write("x"))(nil, "Bad file descriptor", 9)
  local found = {}
  for line in io.popen("printf '1\\n2\\n3'"):lines() do found[#found + 1] = line end
  check.same(table.concat(found, ","))("1,2,3")
end

-- Output arrives while the command still runs.
do
  local go = check.path()
  os.remove(go)
  local p = assert(io.popen("echo first; while [ ! -e " .. go .. " ]; do sleep 0.01; done; echo second"))
  check.same(p:read())("first")
  assert(io.open(go, "w")):close()
  check.same(p:read(), p:close())("second", true, "exit", 0)
end

-- Megabytes, both ways.
do
  local p = assert(io.popen("head -c 20000000 /dev/zero"))
  check.same(#p:read("a"), p:close())(20000000, true, "exit", 0)
  local path = check.path()
  p = assert(io.popen("cat > " .. path, "w"))
  local piece = ("0123456789abcdef"):rep(1000)
  for _ = 1, 500 do assert(p:write(piece)) end
  check.same(p:close())(true, "exit", 0)
  assert(check.contents(path) == piece:rep(500))
end

-- Two at a time, and a command that reads what the other prints.
do
  local one, two = check.path(), check.path()
  local a, b = assert(io.popen("cat >" .. one, "w")), assert(io.popen("cat >" .. two, "w"))
  for i = 1, 1000 do
    a:write(i, "\n")
    b:write(-i, "\n")
  end
  check.same(a:close(), b:close())(true, true, "exit", 0)
  check.same(#check.contents(one), #check.contents(two))(3893, 4893)
end

-- Waiting is for the command, not for those that it leaves behind.
do
  local started = os.time()
  check.same(run("sleep 30 >&- 2>&- & exit 6"))(nil, "exit", 6)
  assert(os.time() - started < 20)
end

-- A reader that has gone is a failure, not the end of the script.
do
  local p = assert(io.popen("exec <&-; exit 5", "w"))
  local ok, message, code
  repeat
    ok, message, code = p:write(("x"):rep(100000))
  until not ok
  check.same(message, code)("Broken pipe", 32)
  check.same(p:close())(nil, "exit", 5)
end

-- A command can open its own output again, which only a real pipe allows.
check.same(assert(io.popen("echo again > /dev/stdout")):read("a"))("again\n")

-- Commands get the environment.
check.same(assert(io.popen("echo $PATH")):read())(os.getenv("PATH"))

-- Those that are lost are waited for, and leave nothing behind.
for _ = 1, 30 do assert(io.popen("true")) end
collectgarbage()
collectgarbage()

check.raises("bad argument #1 to 'io.popen' (string expected, got no value)", io.popen)
for _, mode in ipairs({ "", "rw", "r+", "rb", "a" }) do
  check.raises("bad argument #2 to 'io.popen' (invalid mode)", io.popen, "true", mode)
end
check.raises("bad argument #1 to 'os.execute' (string expected, got table)", os.execute, {})

check.done()
