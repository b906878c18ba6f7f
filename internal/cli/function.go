package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/registryprofile/registry-profile/fn"
)

// function is the KRM function: a ResourceList from stdin to stdout.
func (s *session) function() error {
	if isTerminal(s.in) {
		return errNoInput
	}
	input, err := io.ReadAll(s.in)
	if err != nil {
		return fmt.Errorf("reading stdin: %w", err)
	}
	if len(bytes.TrimSpace(input)) == 0 {
		return errNoInput
	}
	err = s.options.Run(bytes.NewReader(input), s.out, s.err)
	if err != nil && !errors.Is(err, fn.ErrFindings) {
		return fmt.Errorf("stdin is not a ResourceList that can be processed: %w; to render a profile write registry-profile render FILE", err)
	}
	return err
}

var errNoInput = errors.New("no command, and no ResourceList on stdin; write registry-profile render FILE, or see registry-profile --help")
