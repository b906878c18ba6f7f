//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package cli

// lockFolder does nothing: this system does not lock folders.
func lockFolder(string, func()) (unlock func(), err error) { return func() {}, nil }
