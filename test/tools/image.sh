#!/usr/bin/env bash
# Builds the image of every architecture and the index over them into
# dist/image.tar, an OCI archive. The same commit gives the same bytes.
set -euo pipefail

# In a storage of its own nothing of this build stays, and no other is in the way.
storage=$(mktemp -d)
trap 'rm -rf "$storage" dist/image dist/passwd dist/group' EXIT
buildah() {
	command buildah --root "$storage/root" --runroot "$storage/run" --storage-driver vfs "$@"
}

# kustomize and kpt run function containers as the user "nobody", by name.
echo 'nobody:x:65534:65534:nobody:/:/sbin/nologin' >dist/passwd
echo 'nobody:x:65534:' >dist/group

list="localhost/registry-profile-build"
buildah manifest create "$list" >/dev/null
for platform in $PLATFORMS; do
	[[ $platform == linux/* ]] || continue
	arch=${platform#linux/}
	buildah build --quiet --no-cache --timestamp "$EPOCH" --platform "$platform" --format oci \
		--build-arg TARGETARCH="$arch" --build-arg VERSION="$VERSION" --build-arg REVISION="$REVISION" \
		--identity-label=false --manifest "$list" . >/dev/null
	echo "$platform"
done
rm -rf dist/image
buildah manifest push --quiet --all "$list" "oci:dist/image:$IMAGE" >/dev/null
# Not the tool's own archive: its entries carry the time of the build.
tar --sort=name --mtime="@$EPOCH" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
	-C dist/image -cf dist/image.tar .
sha256sum dist/image.tar
