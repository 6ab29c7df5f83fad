/** The short usage, as printed for a bad option. */
export const usage = `usage: porla-lua [options] [script [args]]
Available options are:
  -e stat          execute string 'stat'
  -i               enter interactive mode after executing 'script'
  -l mod           require library 'mod' into global 'mod'
  -l g=mod         require library 'mod' into global 'g'
  -I dir           search 'dir' first in require
  -v               show version information
  -E               ignore environment variables of Lua
  -W               turn warnings on
  --timeout TIME   end the script after 30s, 5m, 1h (exit code 124)
  --lock[=NAME]    run only if no other run holds the lock (else exit code 75)
  --lock-wait TIME wait so long for the lock
  --socket PATH    use the daemon at this socket
  --no-start       do not start a daemon when none answers
  --               stop handling options
  -                stop handling options and execute stdin
'porla-lua --help' tells more.
`
