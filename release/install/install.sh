#!/bin/sh
# Installs registry-profile {{.Version}}, for Linux and macOS. "make release" has written
# the checksums of that release into it: nothing that differs from them is installed. If
# cosign is on PATH, the signature of the release must be good as well.
#
#   BIN_DIR            where to; ~/.local/bin unless it is set
#   RELEASE_URL        where the files are; a mirror, instead of the release's own page
#   COSIGN_PUBLIC_KEY  the file of the public key, if the release is signed with a key
set -eu

version='{{.Version}}'
url=${RELEASE_URL:-'{{.Downloads}}'}
identity='{{.Identity}}'
issuer='{{.Issuer}}'
sums='{{range .Archives}}{{.SHA256}}  {{.Name}}
{{end}}'

fail() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# The name of this machine's archive.
archive() {
	os=$(uname -s) machine=$(uname -m)
	case $os in
	Linux) os=linux ;;
	Darwin) os=darwin ;;
	*) fail "there is no program for $os here; see {{.Page}}" ;;
	esac
	case $machine in
	x86_64 | amd64) machine=amd64 ;;
	aarch64 | arm64) machine=arm64 ;;
	esac
	echo "registry-profile-$version-$os-$machine.tar.gz"
}

# The checksum that a list has of a file.
listed() { printf '%s\n' "$1" | awk -v name="$2" '$2 == name {print $1}'; }

download() {
	if has curl; then
		curl --fail --silent --show-error --location --output "$work/$1" "$url/$1"
	elif has wget; then
		wget -q -O "$work/$1" "$url/$1"
	else
		fail 'curl or wget is needed'
	fi || fail "$url/$1 cannot be downloaded"
}

sha256() {
	if has sha256sum; then
		sha256sum <"$1"
	elif has shasum; then
		shasum -a 256 <"$1"
	elif has openssl; then
		openssl dgst -sha256 -r <"$1"
	else
		fail 'sha256sum, shasum or openssl is needed: what cannot be verified is not installed'
	fi | awk '{print $1}'
}

# The signature is that of the list of checksums, so the list must have the archive's.
verify_signature() {
	download SHA256SUMS
	download SHA256SUMS.sigstore.json
	if [ -n "${COSIGN_PUBLIC_KEY:-}" ]; then
		set -- --key "$COSIGN_PUBLIC_KEY" --insecure-ignore-tlog=true
	else
		set -- --certificate-identity "$identity" --certificate-oidc-issuer "$issuer"
	fi
	cosign verify-blob "$@" --bundle "$work/SHA256SUMS.sigstore.json" "$work/SHA256SUMS" >"$work/cosign" 2>&1 ||
		fail "the signature of $url/SHA256SUMS is not good; nothing is installed: $(tail -n 1 "$work/cosign")"
	[ "$(listed "$(cat "$work/SHA256SUMS")" "$archive")" = "$expected" ] ||
		fail "the signed list has another checksum of $archive; nothing is installed"
}

install() {
	work=$(mktemp -d)
	trap 'rm -rf -- "$work" "${new:-}"' EXIT
	trap 'exit 1' HUP INT TERM
	archive=$(archive)
	expected=$(listed "$sums" "$archive")
	[ -n "$expected" ] || fail "there is no $archive; see {{.Page}}"

	download "$archive"
	[ "$(sha256 "$work/$archive")" = "$expected" ] ||
		fail "$url/$archive is not what was released: its checksum is not $expected; nothing is installed"
	if has cosign; then verify_signature; fi
	tar -xzf "$work/$archive" -C "$work" registry-profile

	bin_dir=${BIN_DIR:-${HOME:?}/.local/bin}
	mkdir -p -- "$bin_dir"
	[ ! -d "$bin_dir/registry-profile" ] || fail "$bin_dir/registry-profile is a folder; remove it, or name another BIN_DIR"
	# Whoever starts the program meanwhile gets the old one or the new one, whole.
	new=$bin_dir/.registry-profile.$$
	cp -- "$work/registry-profile" "$new"
	chmod 755 -- "$new"
	mv -f -- "$new" "$bin_dir/registry-profile"
	echo "$bin_dir/registry-profile is now $version"
	case :$PATH: in
	*:"$bin_dir":*) ;;
	*) echo "$bin_dir is not on PATH" ;;
	esac
}

# In the last line: of a script that was cut off, nothing runs.
install
