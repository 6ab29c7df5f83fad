local check = require "check"
local sqlite3 = require "sqlite3"

check.same(sqlite3.OK, sqlite3.ERROR, sqlite3.ROW, sqlite3.DONE)(0, 1, 100, 101)

local path = check.path()
local db = sqlite3.open(path)
db:exec "create table t(a, b, c); create index i on t(a)"
local insert = db:prepare "insert into t values (?, ?, ?)"
check.same(insert:bind(1, math.maxinteger):bind(2, "text é\0x"):bind(3, "\xff\0") == insert)(true)
insert:exec()
insert:bind(1, 1.5):bind(2, nil)
check.same(insert:step())(sqlite3.DONE)
check.same(insert:finalize(), insert:finalize())(0, 1)
check.raises("the statement was finalized", insert.step, insert)

local query = db:prepare "select a, b, c, ?2 from t order by rowid"
query:bind(2, "second")
check.same(query:step())(sqlite3.ROW)
check.same(query:get_value(0), query:get_value(1), query:get_value(2))(math.maxinteger, "text é\0x", "\xff\0")
check.same(query:get_value(3))("second")
check.same(query:step())(sqlite3.ROW)
check.same(query:get_value(0), query:get_value(1), query:get_value(2))(1.5, nil, "\xff\0")
check.raisesAt("bad argument #1 to 'get_value' (the row has columns 0 to 3, got 4)", function() query:get_value(4) end)
check.same(query:step())(sqlite3.DONE)
check.raises("there is no row: call step() until it gives sqlite3.ROW", query.get_value, query, 0)
check.same(query:step(), query:get_value(0))(sqlite3.ROW, math.maxinteger)

-- SQLite's words.
check.raises('cannot run the SQL: near "selec": syntax error', db.exec, db, "selec")
check.raises("cannot prepare the statement: no such table: u", db.prepare, db, "select * from u")
db:exec "create unique index u on t(b)"
local again = db:prepare "insert into t(b) values ('text')"
again:exec()
check.raises("cannot run the statement: UNIQUE constraint failed: t.b", again.step, again)
check.raises("cannot open '/nowhere/x': unable to open database file", sqlite3.open, "/nowhere/x")
check.raisesAt("bad argument #2 to 'bind' (nil, string or number expected, got table)", function() query:bind(1, {}) end)
check.raisesAt("bad argument #1 to 'bind' (1 to 2 expected, got 0)", function() query:bind(0, 1) end)

-- What was written is in the file, also for another program.
local rows = db:prepare "select count(*) from t"
rows:step()
local count = rows:get_value(0)
check.same(db:close(), db:close())(0, 1)
check.raises("cannot run the SQL: database is not open", db.exec, db, "select 1")
local other = sqlite3.open(path)
local same = other:prepare "select count(*) from t"
same:step()
check.same(same:get_value(0))(count)
other:close()

-- Every kind of parameter has an index, as in SQLite's sqlite3_bind_* (lang_expr.html, "Parameters").
local parameters = sqlite3.open ":memory:"
local function bound(sql, ...)
  local statement, values = parameters:prepare(sql), {}
  for i = 1, select("#", ...) do statement:bind(i, (select(i, ...))) end
  statement:step()
  for column = 0, 20 do
    local ok, value = pcall(statement.get_value, statement, column)
    if not ok then break end
    values[column + 1] = tostring(value)
  end
  return table.concat(values, " ")
end
check.same(bound("select ?, ?", "a", "b"), bound("select ?2, ?1", "a", "b"))("a b", "b a")
check.same(bound("select $1, $2", "a", "b"), bound("select :x, :y, :x", "a", "b"))("a b", "a b a")
check.same(bound("select @x, ?", "a", "b"), bound("select ?, :y", "a", "b"))("a b", "a b")
check.same(bound("select ?1, ?1, ?2", "a", "b"), bound("select ?3", "a", "b", "c"))("a a b", "c")
check.same(bound("select ':a', \"?\", /* :b */ ?, -- ?\n $c::d(e) from (select 5 as '?')", "x", "y"))(":a 5 x y")
local two = parameters:prepare "select ?, :x"
check.raisesAt("bad argument #1 to 'bind' (1 to 2 expected, got 3)", function() two:bind(3, 1) end)
check.raisesAt("bad argument #1 to 'bind' (1 to 2 expected, got 9223372036854775807)", function() two:bind(math.maxinteger, 1) end)
check.raises("the statement has no parameters", rows.bind, parameters:prepare "select 1", 1, 1)

-- Text that another program wrote is not always UTF-8.
parameters:exec "create table names(name text, n)"
local name = parameters:prepare "insert into names values (cast(? as text), ?)"
name:bind(1, "caf\xe9"):bind(2, 1):exec()
name:bind(1, "\xef\xbf\xbd"):bind(2, 2):exec()
local read = parameters:prepare "select name, typeof(name) from names where n >= ? order by n; -- all"
read:bind(1, 1):step()
check.same(read:get_value(0), read:get_value(1))("caf\xe9", "text")
read:step()
check.same(read:get_value(0))("\xef\xbf\xbd")
local written = parameters:prepare "insert into names values (cast(x'e9' as text), 3) returning name"
written:step()
check.raises("the text in column 0 is not UTF-8, and this statement cannot be read again: select cast(... as blob) instead, which gives its bytes", written.get_value, written, 0)
parameters:close()

local memory = sqlite3.open ":memory:"
memory:exec "create table many(i)"
memory:exec "begin"
local add = memory:prepare "insert into many values (?)"
for i = 1, 5000 do add:bind(1, i):exec() end
memory:exec "commit"
local sum = memory:prepare "select sum(i), avg(i) from many"
sum:step()
check.same(sum:get_value(0), sum:get_value(1))(12502500, 2500.5)
check.done()
