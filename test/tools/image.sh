#!/usr/bin/env bash
# Builds the image of every architecture and the index over them into
# dist/image.tar, an OCI archive. The same commit gives the same bytes.
set -euo pipefail

# kustomize and kpt run function containers as the user "nobody", by name.
echo 'nobody:x:65534:65534:nobody:/:/sbin/nologin' >dist/passwd
echo 'nobody:x:65534:' >dist/group

list="localhost/registry-profile-build"
buildah rmi --force "$list" >/dev/null 2>&1 || true
buildah manifest rm "$list" >/dev/null 2>&1 || true
buildah manifest create "$list" >/dev/null
for arch in $ARCHS; do
	buildah build --quiet --no-cache --timestamp "$EPOCH" --platform "linux/$arch" --format oci \
		--build-arg TARGETARCH="$arch" --build-arg VERSION="$VERSION" --build-arg REVISION="$REVISION" \
		--identity-label=false --manifest "$list" . >/dev/null
	echo "linux/$arch"
done
rm -rf dist/image
buildah manifest push --quiet --all "$list" "oci:dist/image:$IMAGE" >/dev/null
buildah manifest rm "$list" >/dev/null
# Not the tool's own archive: its entries carry the time of the build.
tar --sort=name --mtime="@$EPOCH" --owner=0 --group=0 --numeric-owner -C dist/image -cf dist/image.tar .
rm -rf dist/image dist/passwd dist/group
sha256sum dist/image.tar
