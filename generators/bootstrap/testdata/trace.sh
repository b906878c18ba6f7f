# shellcheck shell=bash
# BASH_ENV of the script in tests: writes down every command that it runs, with
# its line.
exec {to}>>"$TRACE"
BASH_XTRACEFD=$to
PS4='+|$LINENO|'
set -x
