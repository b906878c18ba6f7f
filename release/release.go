package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	program    = "registry-profile"
	repository = "github.com/registryprofile/registry-profile"

	sumsFile       = "SHA256SUMS"
	provenanceFile = "provenance.json"
	schemaFile     = "registryprofile.schema.json"
	// bundleSuffix ends the name of a signature: that of a file's is the file's and this.
	bundleSuffix = ".sigstore.json"
)

// dist is what "make image" writes to, and this program, which runs in its own folder.
const dist = "../dist"

// release is what is released: the parameters of the Makefile.
type release struct {
	version   string
	commit    string
	epoch     time.Time // of the commit: no file of a release is younger
	image     string    // its name, without a tag
	platforms []platform
	dir       string
}

// platform is one for which Go compiles.
type platform struct{ OS, Arch string }

func (p platform) String() string { return p.OS + "-" + p.Arch }

// executable is the name of the program there.
func (p platform) executable() string {
	if p.OS == "windows" {
		return program + ".exe"
	}
	return program
}

// binary is the program as "make binaries" has built it.
func (p platform) binary() string { return filepath.Join(dist, program+"-"+p.String()) }

func readRelease() (*release, error) {
	r := &release{
		version: os.Getenv("VERSION"), image: os.Getenv("IMAGE_NAME"), dir: filepath.Join(dist, "release"),
	}
	seconds, err := strconv.ParseInt(os.Getenv("EPOCH"), 10, 64)
	if err != nil || r.version == "" || r.image == "" {
		return nil, fmt.Errorf("call it by make release VERSION=vX.Y.Z")
	}
	r.epoch = time.Unix(seconds, 0).UTC()
	for _, name := range strings.Fields(os.Getenv("PLATFORMS")) {
		goos, arch, _ := strings.Cut(name, "/")
		r.platforms = append(r.platforms, platform{goos, arch})
	}
	head, err := exec.Command("git", "rev-parse", "HEAD").Output()
	r.commit = strings.TrimSpace(string(head))
	return r, err
}

// archive is the name of a platform's archive. Those who use Windows have no tar at hand.
func (r *release) archive(p platform) string {
	name := program + "-" + r.version + "-" + p.String()
	if p.OS == "windows" {
		return name + ".zip"
	}
	return name + ".tar.gz"
}

// imageArchive is the name of the image as a file.
func (r *release) imageArchive() string { return program + "-" + r.version + "-image.tar" }

// downloads is where the files of this release are published.
func (r *release) downloads() string {
	return "https://" + repository + "/releases/download/" + r.version
}

// path is where a file of the release is written.
func (r *release) path(name string) string { return filepath.Join(r.dir, name) }

func (r *release) write(name string, content []byte) error {
	return os.WriteFile(r.path(name), content, 0o644)
}
