-- What the stand-alone lua 5.4, built with LUA_COMPAT_5_3, has in math; the values are those it prints.
local check = require "check"

check.same(math.frexp(8))(0.5, 4)
check.same(math.frexp(-0.75))(-0.75, 0)
check.same(math.frexp(0))(0.0, 0)
check.same(math.frexp(5e-324))(0.5, -1073)
check.same((math.frexp(1 / 0)))(1 / 0)
check.same(math.ldexp(1, -1074), math.ldexp(3, -1075), math.ldexp(1, -1075))(5e-324, 1e-323, 0.0)
check.same(math.ldexp(0.5, 1025), math.ldexp(0.5, 1024), math.ldexp("3", 2))(1 / 0, 2.0 ^ 1023, 12.0)
check.same(math.ldexp(1, math.maxinteger), math.ldexp(1, 2 ^ 31))(0.5, 0.0)
check.same(math.pow(2, 10), math.pow("2", 3), math.pow(1, 0 / 0), math.pow(-1, 1 / 0))(1024.0, 8.0, 1.0, 1.0)
check.same(math.log10(1000), math.atan2(0.0, -1), math.atan2(1))(3.0, math.pi, math.pi / 4)
check.same(string.format("%.13g %.13g %.13g", math.cosh(1), math.sinh(1), math.tanh(1)))(
  "1.543080634815 1.175201193644 0.7615941559558")
check.raisesAt("bad argument #1 to 'pow' (number expected, got no value)", function() math.pow() end)
check.raisesAt("bad argument #2 to 'ldexp' (number has no integer representation)", function() math.ldexp(1, 1.5) end)
for _ = 1, 10000 do
  local x = math.random() * 2.0 ^ math.random(-1074, 1023)
  local fraction, exponent = math.frexp(x)
  assert(x == 0 or fraction >= 0.5 and fraction < 1)
  check.same(math.ldexp(fraction, exponent))(x)
end

print "done"
