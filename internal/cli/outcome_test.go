package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestExitCodes: every command and surface says with 0 that all is well, with 1 that what
// it looked at is not, and with 2 that it could not look. The worst of several counts.
func TestExitCodes(t *testing.T) {
	dir := write(t, "good.yaml", profile("good", "{}"), "bad.yaml", profile("bad", "{registry: {replicas: 0}}"),
		"warned.yaml", profile("warned", "{storage: {rbd: {}}}"),
		"no.yaml", "[", "empty.yaml", "", "config.yaml", wrongConfig,
		"mine/kustomization.yaml", "resources: []\n", "file", "")
	t.Chdir(dir)
	good(t, "", "render", "-o", "fresh", "good.yaml")
	good(t, "", "render", "-o", "stale", "good.yaml")
	require.NoError(t, os.Remove(filepath.Join("stale", fileOf("Job"))))
	list := func(spec string) string { return resourceList(t, profile("one", spec)) }
	for line, want := range map[string]struct {
		code  int
		stdin string
	}{
		"":                                  {0, list("{}")},
		"--strict":                          {1, list("{storage: {rbd: {}}}")},
		"good.yaml":                         {},
		"bad.yaml":                          {code: 1},
		"./no.yaml":                         {code: 1},
		"./absent.yaml":                     {code: 2},
		"render good.yaml":                  {},
		"render warned.yaml":                {},
		"render --strict warned.yaml":       {code: 1},
		"render bad.yaml":                   {code: 1},
		"render absent.yaml":                {code: 2},
		"render -o out good.yaml":           {},
		"render -o out bad.yaml":            {code: 1},
		"render -o mine good.yaml":          {code: 1},
		"render -o file good.yaml":          {code: 2},
		"render -o out good.yaml none.yaml": {code: 2},
		"render --check fresh good.yaml":    {},
		"render --check stale good.yaml":    {code: 1},
		"render --check absent good.yaml":   {code: 1},
		"render --check fresh bad.yaml":     {code: 1},
		"render --check fresh absent.yaml":  {code: 2},
		"render --check file good.yaml":     {code: 2},
		"render --check fresh -o fresh x":   {code: 2},
		"validate good.yaml warned.yaml":    {},
		"validate --strict warned.yaml":     {code: 1},
		"validate good.yaml bad.yaml":       {code: 1},
		"validate no.yaml":                  {code: 1},
		"validate empty.yaml":               {code: 1},
		"validate -":                        {1, "a: b\n"},
		"validate bad.yaml absent.yaml":     {code: 2},
		"validate fresh":                    {code: 2},
		"validate -o yaml good.yaml":        {code: 2},
		"validate --bad good.yaml":          {code: 2},
		"check fresh":                       {},
		"check config.yaml":                 {code: 1},
		"check no.yaml":                     {code: 1},
		"check -":                           {code: 1},
		"check config.yaml absent.yaml":     {code: 2},
		"check -o yaml fresh":               {code: 2},
		"check":                             {code: 2},
		"import --from -":                   {1, "{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {name: cluster}}"},
		"import --from good.yaml":           {code: 2},
		"import --from absent.yaml":         {code: 2},
		"import good.yaml":                  {code: 2},
		"schema":                            {},
		"schema now":                        {code: 2},
		"explain spec.storage":              {},
		"explain pruner-duration":           {},
		"explain spec.storrage":             {code: 2},
		"explain":                           {code: 2},
		"install --bin-dir bin":             {},
		"install --bin-dir file/bin":        {code: 2},
		"install":                           {code: 2},
		"version":                           {},
		"--version":                         {},
		"version now":                       {code: 2},
		"completion bash":                   {},
		"completion zsh":                    {},
		"completion fish":                   {},
		"completion powershell":             {},
		"help validate":                     {},
		"rendr":                             {code: 2},
	} {
		r := run(want.stdin, strings.Fields(line)...)
		assert.Equal(t, want.code, r.code, "%s: %s", line, r.err)
		if want.code != 0 {
			assert.Contains(t, r.err, "error: ", line)
		}
	}
	assert.Equal(t, 2, run("").code, "no input at all")
	assert.Equal(t, 2, run("a: b\n").code, "no ResourceList")
	assert.Equal(t, 1, run(list("{registry: {replicas: 0}}")).code)
}
