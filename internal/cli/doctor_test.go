package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/cluster/doctor"
	"github.com/registryprofile/registry-profile/internal/cases"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const removedConfig = `{"apiVersion":"imageregistry.operator.openshift.io/v1","kind":"Config",` +
	`"metadata":{"name":"cluster"},"spec":{"managementState":"Removed"}}`

func TestDoctor(t *testing.T) {
	found := run(removedConfig, "doctor", "--from", "-")
	assert.Equal(t, 1, found.code)
	assert.Contains(t, found.err, "error: Config/cluster: spec.managementState: is Removed. Let the Job run")
	assert.Regexp(t, `\n\d+ checks: 1 errors, 0 warnings, \d\d could not be seen\n$`, found.err)

	asJSON := run(removedConfig, "doctor", "--from", "-", "-o", "json")
	assert.Equal(t, 1, asJSON.code)
	assert.Contains(t, asJSON.out, `"code": "registry-removed"`)
	assert.Contains(t, asJSON.out, `"code": "check-unseen"`)

	blind := run("", "doctor", "--from", "-")
	assert.Equal(t, 2, blind.code)
	assert.Contains(t, blind.err, "nothing can be said about the registry: Config cluster is not in the input")
	assert.Equal(t, 2, run("", "doctor", "profile.yaml").code)
}

func TestDoctorList(t *testing.T) {
	listed := run("", "doctor", "--list")
	assert.Zero(t, listed.code)
	for _, c := range doctor.Checks() {
		assert.Contains(t, listed.out, "\n"+c.Code+" ")
		assert.Contains(t, run("", "explain", c.Code).out, c.Why)
	}
}

const doctorIntro = `# What doctor looks at

<!-- Written by "make update-golden" from the checks' own table. -->

` + "`registry-profile doctor`" + ` runs these checks on a running cluster, a must-gather or files. A
check that could not see what it needs gives no verdict: a warning ` + "`" + doctor.UnseenCode + "`" + ` says why.
The numbers are those of [traps.md](traps.md).

| code | severity | looks at | why it matters | what to do | trap |
|---|---|---|---|---|---|
`

// TestDoctorDoc holds docs/doctor.md to the table.
func TestDoctorDoc(t *testing.T) {
	var b strings.Builder
	b.WriteString(doctorIntro)
	traps, err := os.ReadFile(filepath.Join(root, "docs", "traps.md"))
	require.NoError(t, err)
	for _, c := range doctor.Checks() {
		if c.Trap != "" {
			assert.Contains(t, string(traps), "\n| "+c.Trap+" |", c.Code)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", c.Code, c.Severity, c.Looks, c.Why, c.Fix, c.Trap)
	}
	cases.Golden(t, filepath.Join(root, "docs", "doctor.md"), b.String())
}
