package generators_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/registryprofile/registry-profile/generators"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRunbooks: every alert leads to a section of docs/alerts.md, and every section there is
// about an alert.
func TestRunbooks(t *testing.T) {
	rules := find(t, generators.Expand(profileOf(t, "")), "AlertingRule").MustString()
	page, err := os.ReadFile("../docs/alerts.md")
	require.NoError(t, err)
	firsts := func(pattern, text string) []string {
		var all []string
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			all = append(all, match[1])
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	alerts := firsts(`(?m)- alert: (\w+)$`, rules)
	assert.Equal(t, alerts, firsts(`(?m)^## (\w+)$`, string(page)))
	assert.Equal(t, firsts(`(?m)runbook_url: \S+#(\w+)$`, rules), strings.Split(strings.ToLower(strings.Join(alerts, " ")), " "))
}

// TestAlertsKnowTheJob: those of the Job name the one that is rendered beside them.
func TestAlertsKnowTheJob(t *testing.T) {
	for _, spec := range []string{"", "bootstrap: {timeout: 31m, namespace: other}", "registry: {managementState: Removed}"} {
		resources := generators.Expand(profileOf(t, spec))
		job := find(t, resources, "Job")
		rules := find(t, resources, "AlertingRule").MustString()
		assert.Contains(t, rules, `kube_job_failed{namespace="`+job.GetNamespace()+`",job_name="`+job.GetName()+`",`)
	}
}
