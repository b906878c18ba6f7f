package cli_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/cli"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
)

const commandsIntro = `# Commands

<!-- Written by "make update-golden" from the commands' own help. -->

Every command takes --strict too, where it means something, and ends with one of the exit
codes that follow.

`

// TestCommandsDoc holds docs/commands.md to what every command says of itself.
func TestCommandsDoc(t *testing.T) {
	var b strings.Builder
	b.WriteString(commandsIntro)
	command := cli.Commands()
	command.InitDefaultHelpCmd()
	command.InitDefaultCompletionCmd("completion")
	document(&b, command)
	cases.Golden(t, filepath.Join(root, "docs", "commands.md"), b.String())
}

// document writes a command and those below it, but for those of completion, which say the
// same for each shell.
func document(b *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(b, "## %s\n\n%s.\n", c.CommandPath(), strings.TrimSuffix(c.Short, "."))
	block := func(text string) {
		if text != "" {
			fmt.Fprintf(b, "\n```text\n%s\n```\n", strings.TrimRight(text, "\n"))
		}
	}
	if c.Long != "" {
		fmt.Fprintf(b, "\n%s\n", strings.ReplaceAll(strings.TrimSpace(c.Long), "*", `\*`))
	}
	block(c.UseLine())
	block(c.Example)
	block(c.LocalFlags().FlagUsages())
	for _, sub := range c.Commands() {
		if sub.Name() != "help" && c.Name() != "completion" {
			b.WriteString("\n")
			document(b, sub)
		}
	}
}

// TestEveryCommandHelps: each has a sentence, and an example unless it is called by its name
// alone.
func TestEveryCommandHelps(t *testing.T) {
	for _, c := range cli.Commands().Commands() {
		assert.Regexp(t, `^[A-Z].*[^.]$`, c.Short, c.Name())
		if c.Name() != "version" {
			assert.Contains(t, c.Example, "registry-profile "+c.Name(), c.Name())
		}
		help := run("", c.Name(), "--help")
		assert.Zero(t, help.code)
		assert.Contains(t, help.out, c.UseLine())
	}
}

// TestEmptyFlags: a variable that a pipeline has not set is no answer, and no check that passes.
func TestEmptyFlags(t *testing.T) {
	profile := filepath.Join(examples, "minimal/profile.yaml")
	for _, args := range [][]string{
		{"render", "--check", "", profile}, {"render", "--output", "", profile}, {"plan", profile, "--context", ""},
		{"plan", profile, "--from", profile, "--from", ""}, {"doctor", "--must-gather", ""}, {"install", "--bin-dir", "", "--plugin-home", t.TempDir()},
		{"validate", "-o", "", profile},
	} {
		r := run("", args...)
		assert.Equal(t, 2, r.code, args)
		assert.Empty(t, r.out, args)
		assert.Contains(t, r.err, " is empty, as of a variable that is not set; give it a value, or leave it out\n", args)
	}
}
