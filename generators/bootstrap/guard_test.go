package bootstrap

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// verdict is a row of testdata/guard.yaml, which says what its fields are.
type verdict struct {
	Profile    string            `json:"profile"`
	Cluster    string            `json:"cluster"`
	Verdict    string            `json:"verdict"`
	Parameters map[string]string `json:"parameters"`
	Config     object            `json:"config"`
	Claim      object            `json:"claim"`
	Bucket     object            `json:"bucket"`
	Route      object            `json:"route"`
	Exit       int               `json:"exit"`
	Says       []string          `json:"says"`
}

func verdicts(t *testing.T) []verdict {
	t.Helper()
	data, err := os.ReadFile("testdata/guard.yaml")
	require.NoError(t, err)
	data = regexp.MustCompile(`\bBUCKET\b`).ReplaceAll(data, []byte(bucket))
	var rows []verdict
	require.NoError(t, yaml.UnmarshalStrict(data, &rows))
	require.NotEmpty(t, rows)
	return rows
}

func (v verdict) in(l *lab) *lab {
	if v.Parameters["VOLUME"] != "" {
		l.set(onVolume...)
	}
	for name, value := range v.Parameters {
		l.parameters[name] = value
	}
	for key, patch := range map[string]object{
		config: v.Config, claim: v.Claim, claimMap: under("data", v.Bucket), route: under("spec", v.Route),
	} {
		if patch != nil {
			l.with(key, text(patch))
		}
	}
	return l
}

// under is nil where there is nothing to patch.
func under(key string, patch object) object {
	if patch == nil {
		return nil
	}
	return object{key: patch}
}

func TestGuard(t *testing.T) {
	for _, v := range verdicts(t) {
		t.Run(v.Profile+"; "+v.Cluster, func(t *testing.T) {
			l := v.in(newLab(t)).run()
			l.says(v.Says...)
			if v.Exit != 0 {
				l.ends(v.Exit, "What to do: ").writes()
				return
			}
			l.ends(0, "Done")
			l.run().ends(0, "Done").writes()
		})
	}
}

// TestGuardDoc holds the table of docs/job.md to the rows that are tested.
func TestGuardDoc(t *testing.T) {
	doc, err := os.ReadFile("../../docs/job.md")
	require.NoError(t, err)
	var table strings.Builder
	for _, v := range verdicts(t) {
		ends := map[int]string{0: "", 2: " (2)", 3: " (3)"}[v.Exit]
		fmt.Fprintf(&table, "| %s | %s | %s%s |\n", v.Profile, v.Cluster, v.Verdict, ends)
	}
	assert.Contains(t, string(doc), table.String(), "docs/job.md needs these rows:\n%s", table.String())
}

// Somebody else's change between the guard's look and the patch makes the patch
// fail, and the guard look again.
func TestGuardHoldsWhenThePatchLands(t *testing.T) {
	l := newLab(t).plan(&incident{On: theSwitch, Times: 1, Change: map[string]object{
		config: {"spec": object{"storage": object{"s3": object{"bucket": "theirs"}}}},
	}})
	l.run().ends(1, "leaveStorage: [{bucket: theirs}]").says("the object has been modified", `names bucket "theirs"`)
	assert.Contains(t, text(l.Objects[config]), `"storage":{"s3":{"bucket":"theirs"}}`)
}

func TestDrift(t *testing.T) {
	const same, mended = false, true
	for name, test := range map[string]struct {
		config string
		mended bool
	}{
		"other replicas":             {`{"spec": {"replicas": 5, "disableRedirect": true, "defaultRoute": true}}`, same},
		"written out":                {`{"spec": {"storage": {"s3": {"encrypt": false, "keyID": ""}}}}`, same},
		"Removed":                    {`{"spec": {"managementState": "Removed"}}`, mended},
		"storage Managed":            {`{"spec": {"storage": {"managementState": "Managed"}}}`, mended},
		"storage lost":               {`{"spec": {"storage": null}}`, mended},
		"emptyDir as well":           {`{"spec": {"storage": {"emptyDir": {}}}}`, mended},
		"other region":               {`{"spec": {"storage": {"s3": {"region": "x"}}}}`, mended},
		"other endpoint":             {`{"spec": {"storage": {"s3": {"regionEndpoint": "https://x"}}}}`, mended},
		"other CA":                   {`{"spec": {"storage": {"s3": {"trustedCA": null}}}}`, mended},
		"other chunks":               {`{"spec": {"storage": {"s3": {"chunkSizeMiB": 10}}}}`, mended},
		"encrypt":                    {`{"spec": {"storage": {"s3": {"encrypt": true}}}}`, mended},
		"virtual hosted style":       {`{"spec": {"storage": {"s3": {"virtualHostedStyle": true}}}}`, mended},
		"a key":                      {`{"spec": {"storage": {"s3": {"keyID": "x"}}}}`, mended},
		"a content delivery network": {`{"spec": {"storage": {"s3": {"cloudFront": {"baseURL": "x"}}}}}`, mended},
	} {
		t.Run(name, func(t *testing.T) {
			l := settledLab(t)
			wanted := text(l.Objects[config]["spec"].(object)["storage"])
			l.with(config, test.config).run().ends(0, "Done")
			if !test.mended {
				l.writes()
				return
			}
			spec := l.Objects[config]["spec"].(object)
			assert.JSONEq(t, wanted, text(spec["storage"]))
			assert.Equal(t, "Managed", spec["managementState"])
		})
	}
}

func TestDriftLeavesReplicasToGit(t *testing.T) {
	l := newLab(t).set("DISABLE_REDIRECT=true").run().ends(0, "Done")
	l.with(config, `{"spec": {"replicas": 5, "disableRedirect": false}}`).run().ends(0, "Done")
	assert.Contains(t, text(l.Objects[config]), `"disableRedirect":true`)
	assert.Contains(t, text(l.Objects[config]), `"replicas":5`)
}
