# shellcheck shell=bash
# BASH_ENV of the script in tests: writes down every command that it runs, with
# its line.
exec {to}>>"$TRACE"
BASH_XTRACEFD=$to
PS4='+|$LINENO|'
# The script turns tracing off, first of all: this "set" leaves it on.
set() {
  [[ $1 != +x ]] || shift
  builtin set "$@"
}
builtin set -x
