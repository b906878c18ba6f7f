#!/usr/bin/env bash
# Checks every Go module, shell script and workflow of the repository.
set -euo pipefail

unformatted=$(git ls-files -z '*.go' | xargs -0 gofmt -l)
if [[ -n $unformatted ]]; then
	printf 'error: run gofmt -w on:\n%s\n' "$unformatted"
	exit 1
fi

if ! command -v shellcheck >/dev/null; then
	echo 'error: shellcheck is missing; install the package shellcheck'
	exit 1
fi
# A script is known by its first line or, if others read it in, by its name.
git ls-files -z | xargs -0 awk 'FNR == 1 && (/^#!.*sh( |$)/ || FILENAME ~ /\.sh$/) {print FILENAME} {nextfile}' |
	xargs --delimiter='\n' --verbose shellcheck

# It hands the scripts in workflows to shellcheck.
go build -C test/tools -o ../../bin/actionlint github.com/rhysd/actionlint/cmd/actionlint
bin/actionlint

go build -C test/tools -o ../../bin/staticcheck honnef.co/go/tools/cmd/staticcheck
staticcheck=$PWD/bin/staticcheck

check_module() {
	cd "$1"
	go mod tidy -diff
	# The pins of big programs: the only package there, of 20 lines, is compiled by
	# "make e2e", and to check it vet would read all of Kubernetes.
	if [[ $1 == test/e2e/programs/* || -z $(git ls-files '*.go') ]]; then
		return
	fi
	go vet ./...
	"$staticcheck" ./...
}

modules=$(git ls-files go.mod '*/go.mod' | xargs --max-args=1 dirname)
for module in $modules; do
	echo "== $module"
	(check_module "$module")
done
