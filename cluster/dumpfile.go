package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// MostBytes bounds one text that is read at once: a file, or what a call prints. The largest
// list of a large cluster has a few million.
const MostBytes = 1 << 26

// file is what a file of a dump holds; none if it is not there.
type file struct {
	*parsed
	err error
}

// read reads a file of the dump, once.
func (d *dump) read(name string) file {
	return d.files.get(name, func() file {
		content, err := d.content(name)
		if err != nil || content == nil {
			return file{err: err}
		}
		parsed, err := Document{Name: d.display(name), Content: content}.parse()
		if err != nil {
			return file{err: err}
		}
		for _, object := range parsed.objects {
			if err := object.cutOff(); err != nil {
				return file{err: fmt.Errorf("%s: %w", d.display(name), err)}
			}
		}
		return file{parsed, nil}
	})
}

// answers returns what the file says about a place. Only a list says that there is no more.
func (f file) answers(at place) Answers {
	if f.parsed == nil {
		return found(nil, false, "")
	}
	objects := slices.DeleteFunc(slices.Clone(f.objects), func(o Object) bool {
		return !o.Kind.is(at.kind) || at.kind.Namespaced && o.Metadata.Namespace != at.namespace
	})
	return found(objects, f.lists > 0 && f.whole, "")
}

// display is the name of a file in messages.
func (d *dump) display(name string) string { return path.Join(d.folder.Name, d.root, name) }

// content returns the text of a file, or nil if it is not there.
func (d *dump) content(name string) ([]byte, error) {
	opened, info, err := d.open(name)
	if opened == nil {
		return nil, err
	}
	defer opened.Close()
	if info.Size() > MostBytes {
		return nil, fmt.Errorf("%s: has %d bytes; at most %d are read", d.display(name), info.Size(), MostBytes)
	}
	content, err := io.ReadAll(io.LimitReader(opened, MostBytes))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.display(name), withoutPath(err))
	}
	return content, nil
}

// open opens a file, or returns nil if it is not there. It looks before it opens: to open a
// pipe would wait for a writer.
func (d *dump) open(name string) (fs.File, fs.FileInfo, error) {
	name = path.Join(d.root, name)
	info, err := fs.Stat(d.folder.Files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("is no file")
	}
	var opened fs.File
	if err == nil {
		opened, err = d.folder.Files.Open(name)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path.Join(d.folder.Name, name), withoutPath(err))
	}
	return opened, info, nil
}

// withoutPath takes the path from an error of the file system.
func withoutPath(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// escaped returns a path as a pattern that matches it alone.
func escaped(name string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`).Replace(name)
}

// tailBytes bounds the end of a log that is searched for its last lines.
const tailBytes = 1 << 20

// tail returns the last lines of a file, or nil if it is not there.
func (d *dump) tail(name string, lines int) ([]byte, error) {
	opened, info, err := d.open(name)
	if opened == nil {
		return nil, err
	}
	defer opened.Close()
	if skip := info.Size() - tailBytes; skip > 0 {
		seeker, ok := opened.(io.Seeker)
		if !ok {
			return nil, fmt.Errorf("%s: is too large", d.display(name))
		}
		if _, err := seeker.Seek(skip, io.SeekStart); err != nil {
			return nil, fmt.Errorf("%s: %w", d.display(name), withoutPath(err))
		}
	}
	end, err := io.ReadAll(io.LimitReader(opened, tailBytes))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.display(name), withoutPath(err))
	}
	all := bytes.SplitAfter(end, []byte("\n"))
	if len(all[len(all)-1]) == 0 {
		all = all[:len(all)-1]
	}
	return bytes.Join(all[max(0, len(all)-lines):], nil), nil
}
