// Command release makes what a release holds out of what "make image" has built: archives,
// the image, the schema, inventories (SBOM), ways to install, checksums, a statement of
// where all of it comes from, and signatures. "make release" calls it.
//
// It is a program and not a configuration of goreleaser: that wants a tag before it builds
// anything, ties the manifests of package managers to their publication, and knows neither
// the index of an image as a file nor a date for man pages. What would have to stand beside
// it is most of what is here, and it brings the clients of every cloud along.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run() error {
	r, err := readRelease()
	if err != nil {
		return err
	}
	// What an earlier version has left would be signed too.
	if err := os.RemoveAll(r.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return err
	}
	for _, step := range []func() error{
		r.writeSchema, r.writeArchives, r.writeImage, r.writeInventories, r.writeInstallers,
		r.writeProvenance, r.writeSums, r.sign,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	fmt.Println(r.dir)
	return nil
}
