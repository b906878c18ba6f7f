package bootstrap

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/internal/standin"
)

// traces is where each run of the script leaves its trace, see testdata/trace.sh.
var traces string

// TestMain also fails when some command of the script was run by no test at all. It
// reads the script line by line, see commandsOf, and knows only the constructs that
// the script has.
func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	var err error
	traces, err = os.MkdirTemp("", "traces")
	standin.Check(err)
	defer os.RemoveAll(traces)
	status := m.Run()
	chosen := flag.Lookup("test.run").Value.String() + flag.Lookup("test.skip").Value.String() + flag.Lookup("test.list").Value.String()
	if status != 0 || chosen != "" {
		return status
	}
	gaps := untested(script, commandsRun())
	for _, gap := range gaps {
		fmt.Println("bootstrap.sh: no test runs", gap)
	}
	if len(gaps) != 0 {
		fmt.Print(howToCover)
		return 1
	}
	return status
}

const howToCover = `Add a case that runs it: what keeps the script waiting for good goes into TestReasons,
what it waits out into TestWaits or TestPassingFaults, a parameter into TestParameters.
If a test does run it, this check has misread the script (coverage_test.go). It takes a line
for a whole command, unless the line ends within quotes or in a backslash, && or ||; and it
knows a line that runs nothing by the expression "structure".
`

// commandsRun are the commands that were run, by line of the script.
func commandsRun() map[int][]string {
	run := map[int][]string{}
	traced := regexp.MustCompile(`^\++\|(\d+)\|(.*)`)
	files, err := filepath.Glob(filepath.Join(traces, "*"))
	standin.Check(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		standin.Check(err)
		for line := range strings.Lines(string(data)) {
			if m := traced.FindStringSubmatch(line); m != nil {
				number, err := strconv.Atoi(m[1])
				standin.Check(err)
				run[number] = append(run[number], m[2])
			}
		}
	}
	return run
}

// structure is a line that runs nothing itself.
var structure = regexp.MustCompile(`^([a-z_0-9]+\(\) \{|\}|fi|done|esac|else|do|then|;;|[^(]+\)|done < <\(.*|)$`)

// untested names the commands of script that are not in run, and those parts of
// its && and || lists.
func untested(script string, run map[int][]string) []string {
	var gaps []string
	for _, c := range commandsOf(script) {
		var ran []string
		for number := c.first; number <= c.last; number++ {
			ran = append(ran, run[number]...)
		}
		if len(ran) == 0 {
			gaps = append(gaps, fmt.Sprintf("line %d: %s", c.first, c.text))
			continue
		}
		for _, part := range c.parts[1:] {
			if !slices.ContainsFunc(ran, func(r string) bool { return strings.HasPrefix(r, part) }) {
				gaps = append(gaps, fmt.Sprintf("%q of line %d: %s", part, c.first, c.text))
			}
		}
	}
	return gaps
}

type command struct {
	first, last int
	text        string
	parts       []string // how the parts of an && or || list begin
}

func commandsOf(script string) []command {
	var commands []command
	var c command
	open := byte(0) // an open quote
	for i, line := range strings.Split(script, "\n") {
		if c.first == 0 {
			c.first = i + 1
		}
		var bare string // without quotes and comments
		bare, open = unquote(line, open)
		c.text += bare
		if open != 0 || strings.HasSuffix(bare, `\`) || strings.HasSuffix(bare, "&&") || strings.HasSuffix(bare, "||") {
			c.text = strings.TrimSuffix(c.text, `\`) + " "
			continue
		}
		c.last, c.text = i+1, strings.TrimSpace(c.text)
		if !structure.MatchString(c.text) {
			c.parts = partsOf(c.text)
			commands = append(commands, c)
		}
		c = command{}
	}
	return commands
}

// unquote replaces what stands in quotes by a Q.
func unquote(line string, open byte) (string, byte) {
	var bare strings.Builder
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case open == '"' && c == '\\', open == 0 && c == '\\' && i+1 < len(line):
			i++
		case c == open:
			open = 0
			bare.WriteByte('Q')
		case open != 0:
		case c == '\'' || c == '"':
			open = c
		case c == '#' && (i == 0 || line[i-1] == ' '):
			return strings.TrimRight(bare.String(), " "), open
		default:
			bare.WriteByte(c)
		}
	}
	return strings.TrimRight(bare.String(), " "), open
}

var (
	tests = regexp.MustCompile(`\[\[.*?\]\]`)
	lists = regexp.MustCompile(`&&|\|\|`)
	begin = regexp.MustCompile(`^(\{ |! |if |until )*([a-z_]+( [0-9]+)?)`)
)

func partsOf(text string) []string {
	parts := []string{""}
	for _, part := range lists.Split(tests.ReplaceAllString(text, "TEST"), -1)[1:] {
		if m := begin.FindStringSubmatch(strings.TrimSpace(part)); m != nil {
			parts = append(parts, m[2])
		}
	}
	return parts
}
