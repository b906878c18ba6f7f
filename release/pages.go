package main

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/registryprofile/registry-profile/internal/cli"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manPages are those of every command, with the date of the commit.
func manPages(version string, date time.Time) ([]entry, error) {
	return pagesBelow(cli.Commands(), &doc.GenManHeader{
		Section: "1", Date: &date, Source: program + " " + version, Manual: "User Commands",
	})
}

func pagesBelow(command *cobra.Command, header *doc.GenManHeader) ([]entry, error) {
	// Else each page would end with the day on which it was made.
	command.DisableAutoGenTag = true
	own := *header
	var b bytes.Buffer
	if err := doc.GenMan(command, &own, &b); err != nil {
		return nil, err
	}
	name := strings.ReplaceAll(command.CommandPath(), " ", "-")
	pages := []entry{{"man/man1/" + name + ".1", 0o644, b.Bytes()}}
	for _, sub := range command.Commands() {
		if !sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
			continue
		}
		below, err := pagesBelow(sub, header)
		if err != nil {
			return nil, err
		}
		pages = append(pages, below...)
	}
	return pages, nil
}

// completions are what each shell asks for, in files of the names that it looks for.
func completions() ([]entry, error) {
	root := cli.Commands()
	var entries []entry
	for _, shell := range []struct {
		file  string
		write func(io.Writer) error
	}{
		{"bash/" + program, func(w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
		{"zsh/_" + program, root.GenZshCompletion},
		{"fish/" + program + ".fish", func(w io.Writer) error { return root.GenFishCompletion(w, true) }},
		{"powershell/" + program + ".ps1", root.GenPowerShellCompletionWithDesc},
	} {
		var b bytes.Buffer
		if err := shell.write(&b); err != nil {
			return nil, err
		}
		entries = append(entries, entry{"completions/" + shell.file, 0o644, b.Bytes()})
	}
	return entries, nil
}
