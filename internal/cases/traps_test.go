package cases_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/registryprofile/registry-profile/internal/finding"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const lastTrap = 52

var (
	trapRow  = regexp.MustCompile(`(?m)^\| T(\d+) \| (.+) \| (.+) \|$`)
	answer   = regexp.MustCompile(`(?:^|; )(prevented|refused|handled|out of reach): ([^;]+)`)
	testName = regexp.MustCompile(`\bTest[A-Z]\w*`)
	codeName = regexp.MustCompile("`([a-z-]+)`")
	stepName = regexp.MustCompile(`\bstep (\d)\b`)
)

// TestTrapsDoc holds docs/traps.md to the tests, codes and steps that there are.
func TestTrapsDoc(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(cases.Root(t), "docs", "traps.md"))
	require.NoError(t, err)
	job, err := os.ReadFile(filepath.Join(cases.Root(t), "docs", "job.md"))
	require.NoError(t, err)
	tests, codes := testsOfTheProject(t), knownCodes()

	rows := trapRow.FindAllStringSubmatch(string(doc), -1)
	require.Len(t, rows, lastTrap)
	for i, row := range rows {
		trap := "T" + row[1]
		assert.Equal(t, fmt.Sprint("T", i+1), trap)
		answers := answer.FindAllStringSubmatch(row[3], -1)
		assert.NotEmpty(t, answers, "%s is not met", trap)
		for _, a := range answers {
			switch how, by := a[1], a[2]; how {
			case "prevented":
				assert.Regexp(t, testName, by, "%s names no test", trap)
			case "handled":
				assert.Regexp(t, testName, by, "%s names no test", trap)
				step := stepName.FindStringSubmatch(by)
				if assert.NotNil(t, step, "%s names no step", trap) {
					assert.Contains(t, string(job), "\n| "+step[1]+". ", trap)
				}
			case "refused":
				assert.Regexp(t, codeName, by, "%s names no code", trap)
				for _, code := range codeName.FindAllStringSubmatch(by, -1) {
					assert.True(t, codes[code[1]], "%s: %s is no code", trap, code[1])
				}
			}
		}
		for _, name := range testName.FindAllString(row[3], -1) {
			assert.True(t, tests[name], "%s: there is no %s", trap, name)
		}
	}
}

func knownCodes() map[string]bool {
	codes := map[string]bool{}
	for _, rule := range v1alpha1.Rules() {
		codes[rule.Code] = true
	}
	for _, code := range finding.Codes() {
		codes[code.Name] = true
	}
	return codes
}

// testsOfTheProject are the names of the tests of all its modules.
func testsOfTheProject(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	require.NoError(t, filepath.WalkDir(cases.Root(t), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		for _, name := range declared.FindAllSubmatch(content, -1) {
			tests[string(name[1])] = true
		}
		return err
	}))
	return tests
}
