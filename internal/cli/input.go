package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/registryprofile/registry-profile/internal/ynode"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// stdinName is the argument that means stdin.
const stdinName = "-"

// input is a file that was read, and the profile in it.
type input struct {
	file string
	// profile is nil if the file holds no valid one.
	profile  *v1alpha1.RegistryProfile
	findings []finding.Located
	// fault says why the file could not be read, or is nil.
	fault error
}

// decode reads a file and the profile in it.
func (s *session) decode(file string) *input {
	node, err := s.loadDocument(file)
	if err != nil {
		return &input{file: file, fault: err}
	}
	profile, results := v1alpha1.Decode(node)
	if s.strict || v1alpha1.IsStrict(node) {
		results = finding.Strict(results)
	}
	in := &input{file: file}
	if !finding.HasErrors(results) {
		in.profile = profile
	}
	for _, result := range results {
		in.findings = append(in.findings, locate(result, displayName(file), node))
	}
	return in
}

// displayName is the name of a file in findings.
func displayName(file string) string {
	if file == stdinName {
		return "stdin"
	}
	return file
}

// loadDocument reads the one document of a file.
func (s *session) loadDocument(file string) (*yaml.RNode, error) {
	name := displayName(file)
	content, err := s.readInput(file)
	if err != nil {
		return nil, err
	}
	documents, err := decodeStream(content)
	if err != nil {
		return nil, syntaxError(name, content, err)
	}
	switch len(documents) {
	case 0:
		return nil, inFile(name, 0, finding.NotAProfile, "is empty; write a RegistryProfile")
	case 1:
		return documents[0], nil
	}
	return nil, inFile(name, 0, finding.NotAProfile,
		"holds %d documents; write one RegistryProfile to a file", len(documents))
}

// inFile returns an error at a line of a file, or with 0 about the whole of it.
func inFile(name string, line int, code finding.Code, format string, args ...any) finding.Located {
	return finding.Located{Result: finding.Error(code, "", format, args...), File: name, Line: line}
}

// readInput returns the text of a file, which may be stdin.
func (s *session) readInput(file string) ([]byte, error) {
	name := displayName(file)
	in := s.in
	if file != stdinName {
		opened, err := os.Open(file)
		if err != nil {
			return nil, unreadable(name, err)
		}
		defer opened.Close()
		info, err := opened.Stat()
		switch {
		case err != nil:
			return nil, unreadable(name, err)
		case info.IsDir():
			return nil, fmt.Errorf("%s: is a folder; name the file of a RegistryProfile", name)
		case info.Size() > ynode.MostBytes:
			return nil, inFile(name, 0, finding.YAML,
				"has %d bytes; a RegistryProfile has at most %d", info.Size(), ynode.MostBytes)
		}
		in = opened
	}
	content, err := io.ReadAll(io.LimitReader(in, ynode.MostBytes+1))
	switch {
	case err != nil:
		return nil, unreadable(name, err)
	case len(content) > ynode.MostBytes:
		return nil, inFile(name, 0, finding.YAML,
			"has more than %d bytes, the most that a RegistryProfile may have", ynode.MostBytes)
	case !utf8.Valid(content) || bytes.ContainsRune(content, 0):
		return nil, inFile(name, 0, finding.YAML, "is not UTF-8 text; name the file of a RegistryProfile")
	}
	return content, nil
}

// unreadable says why a file could not be read.
func unreadable(name string, err error) error { return fmt.Errorf("%s: %w", name, withoutPath(err)) }

// withoutPath takes the operation and the path from an error of the file system: a
// finding names the path once, at its beginning.
func withoutPath(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
