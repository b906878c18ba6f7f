package inspect

import (
	"bytes"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"testing/fstest"

	"github.com/registryprofile/registry-profile/cluster"
)

// mostCuts bounds how often one file is cut: one with a script has a thousand lines that say the same.
const mostCuts = 40

// Cuts read a dump as it is where one of its files ends early: each file, after each of its lines
// but the last, or some of them where it is long. They come with the name of the file and the number of lines that are left of it.
// The other files are read once for each file.
func Cuts(dump fs.FS) iter.Seq2[string, cluster.Reader] {
	return func(yield func(string, cluster.Reader) bool) {
		whole := fstest.MapFS{}
		_ = fs.WalkDir(dump, ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := fs.ReadFile(dump, path)
			whole[path] = &fstest.MapFile{Data: content}
			return err
		})
		for _, path := range slices.Sorted(maps.Keys(whole)) {
			others := maps.Clone(whole)
			delete(others, path)
			rest, _ := cluster.Dump(cluster.Folder{Name: "dump", Files: others})
			lines := bytes.SplitAfter(bytes.TrimRight(whole[path].Data, "\n"), []byte("\n"))
			for left := 0; left < len(lines); left += 1 + len(lines)/mostCuts {
				file := fstest.MapFS{path: &fstest.MapFile{Data: bytes.Join(lines[:left], nil)}}
				cut, _ := cluster.Dump(cluster.Folder{Name: "cut", Files: file})
				if !yield(fmt.Sprintf("%s, %d lines", path, left), cluster.Join(cut, rest)) {
					return
				}
			}
		}
	}
}
