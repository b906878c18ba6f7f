#!/bin/sh
# Refuses what must not become a release: a VERSION that is no version, sources that are
# not committed, a tag that names another commit, a version to which nobody has upgraded.
set -eu

fail() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# Without its other characters a version stays what it is; grep alone would find one in a
# line of several.
plain=$(printf '%s' "$VERSION" | tr -cd 'v0-9.')
if [ "$plain" != "$VERSION" ] || ! echo "$plain" | grep -qxE 'v(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}'; then
	fail "\"$VERSION\" is not a version that can be released; name one: make release VERSION=$NAMED_VERSION"
fi

changed=$(git status --porcelain)
[ -z "$changed" ] || fail "these files are not committed, and a release holds what is:
$changed"

if tagged=$(git rev-parse --quiet --verify "refs/tags/$VERSION^{commit}"); then
	[ "$tagged" = "$(git rev-parse HEAD)" ] ||
		fail "the tag $VERSION names commit $tagged, and HEAD is another; check that tag out"
	# Without a tag it is a trial, of whatever version.
	[ "$VERSION" = "$NAMED_VERSION" ] ||
		fail "the documents name $NAMED_VERSION; change NAMED_VERSION in the Makefile and what a test then names"
fi

# Upgrades are tried from what each version has rendered.
if last=$(git describe --tags --abbrev=0 --match 'v*' --exclude "$VERSION" 2>/dev/null); then
	ls test/e2e/scenarios/testdata/versions/*-"$last".yaml >/dev/null 2>&1 ||
		fail "upgrades from $last are not tried; write what it renders with test/tools/render-version.sh"
fi
