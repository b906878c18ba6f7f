package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// entry is a file of an archive. All else that an archive could say of a file, such as its
// owner, is left out: it would be that of the machine that builds.
type entry struct {
	name    string
	mode    int64
	content []byte
}

func (r *release) writeArchives() error {
	for _, p := range r.platforms {
		entries, err := r.entries(p)
		if err != nil {
			return err
		}
		pack := tarGz
		if strings.HasSuffix(r.archive(p), ".zip") {
			pack = zipped
		}
		var b bytes.Buffer
		if err := pack(&b, entries, r.epoch); err != nil {
			return err
		}
		if err := r.write(r.archive(p), b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// entries are the files of a platform's archive.
func (r *release) entries(p platform) ([]entry, error) {
	content, err := os.ReadFile(p.binary())
	if err != nil {
		return nil, err
	}
	entries := []entry{{p.executable(), 0o755, content}}
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		content, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{name, 0o644, content})
	}
	pages, err := manPages(r.version, r.epoch)
	if err != nil {
		return nil, err
	}
	shells, err := completions()
	return append(append(entries, shells...), pages...), err
}

func tarGz(w io.Writer, entries []entry, modified time.Time) error {
	compressed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: e.mode, Size: int64(len(e.content)), ModTime: modified}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(e.content); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

func zipped(w io.Writer, entries []entry, modified time.Time) error {
	archive := zip.NewWriter(w)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: modified}
		header.SetMode(os.FileMode(e.mode))
		file, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := file.Write(e.content); err != nil {
			return err
		}
	}
	return archive.Close()
}
