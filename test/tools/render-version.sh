#!/usr/bin/env bash
# Renders the minimal profile with the program of a commit or tag, for the scenarios that
# upgrade from it: test/tools/render-version.sh v0.1.0 > test/e2e/scenarios/testdata/versions/NN-v0.1.0.yaml
set -euo pipefail

commit=$(git rev-parse --verify "$1^{commit}")
dir=$(mktemp -d)
trap 'git worktree remove --force "$dir/source"; rm -rf "$dir"' EXIT
git worktree add --quiet --detach "$dir/source" "$commit"
go build -C "$dir/source" -buildvcs=false -o "$dir/registry-profile" ./cmd/registry-profile

profile='{apiVersion: registryprofile.dev/v1alpha1, kind: RegistryProfile, metadata: {name: registry}}'
# Where there is a smoke test, it would wait for a registry that runs.
silent=${profile/%\}/, spec: \{verify: \{enabled: false\}\}\}}
"$dir/registry-profile" render - <<<"$silent" 2>/dev/null || "$dir/registry-profile" render - <<<"$profile"
