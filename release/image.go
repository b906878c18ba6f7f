package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

// imageFile names the image by its digest, in one line that can be copied.
const imageFile = "image.txt"

func (r *release) writeSchema() error { return r.write(schemaFile, v1alpha1.JSONSchema()) }

// writeImage takes over the archive of "make image", and writes down what it is.
func (r *release) writeImage() error {
	content, err := os.ReadFile(filepath.Join(dist, "image.tar"))
	if err != nil {
		return err
	}
	if err := r.write(r.imageArchive(), content); err != nil {
		return err
	}
	digest, err := indexDigest(r.path(r.imageArchive()))
	if err != nil {
		return fmt.Errorf("%s: %w", r.imageArchive(), err)
	}
	return r.write(imageFile, []byte(r.image+"@"+digest.String()+"\n"))
}

// indexDigest is the digest of the index over all architectures. It stands in index.json,
// which an OCI archive has for what it holds and no registry knows.
func indexDigest(archive string) (v1.Hash, error) {
	file, err := os.Open(archive)
	if err != nil {
		return v1.Hash{}, err
	}
	defer file.Close()
	content, err := fileOfTar(file, "index.json")
	if err != nil {
		return v1.Hash{}, err
	}
	outer, err := v1.ParseIndexManifest(bytes.NewReader(content))
	if err != nil {
		return v1.Hash{}, err
	}
	if len(outer.Manifests) != 1 || !outer.Manifests[0].MediaType.IsIndex() {
		return v1.Hash{}, fmt.Errorf("it holds something else than one index")
	}
	return outer.Manifests[0].Digest, nil
}

// fileOfTar returns a file of an archive.
func fileOfTar(stream io.Reader, name string) ([]byte, error) {
	archive := tar.NewReader(stream)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("it holds no %s", name)
		}
		if err != nil {
			return nil, err
		}
		if path.Clean(header.Name) == name {
			return io.ReadAll(archive)
		}
	}
}
