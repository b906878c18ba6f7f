package plan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// TestNamedCredentials: a value that looks like any word is secret by what it is called, wherever
// its name stands.
func TestNamedCredentials(t *testing.T) {
	const spec = "{bootstrap: {reconcile: {schedule: 0 3 * * *}}}"
	all := rendered(t, spec)
	for name, c := range map[string]struct {
		container string
		hidden    bool
	}{
		"a variable":            {`{env: [{name: AWS_SECRET_ACCESS_KEY, value: S3CRETPW}]}`, true},
		"of the registry":       {`{env: [{name: REGISTRY_STORAGE_S3_SECRETKEY, value: S3CRETPW}]}`, true},
		"a password":            {`{env: [{name: PASSWORD, value: S3CRETPW}]}`, true},
		"short for one":         {`{env: [{name: PGPASS, value: S3CRETPW}]}`, true},
		"shorter for one":       {`{env: [{name: ADMIN_PW, value: S3CRETPW}]}`, true},
		"in two words":          {`{env: [{name: pass-phrase, value: S3CRETPW}]}`, true},
		"for a registry":        {`{env: [{name: CFG, value: '{"auths":{"q":{"auth":"S3CRETPW"}}}'}]}`, true},
		"with words":            {`{env: [{name: PASSWORD, value: my S3CRETPW}]}`, true},
		"a header":              {`{env: [{name: HEADERS, value: '[{"name":"Authorization","value":"S3CRETPW"}]'}]}`, true},
		"an option":             {`{command: ["--secret-key=S3CRETPW"]}`, true},
		"an option and a value": {`{command: [run, --secret-key, S3CRETPW]}`, true},
		"JSON":                  {`{env: [{name: CONFIG, value: '{"args":["--password","S3CRETPW"]}'}]}`, true},
		"JSON, value first":     {`{env: [{name: CONFIG, value: '[{"value":"S3CRETPW","name":"PASSWORD"}]'}]}`, true},
		"a plain variable":      {`{env: [{name: REGION, value: S3CRETPW}]}`, false},
		"a plain option":        {`{command: [--region, S3CRETPW]}`, false},
	} {
		var objects []string
		for _, object := range all {
			if object, ok := withContainer(t, object, c.container); ok {
				objects = append(objects, object)
			}
		}
		p := planOn(t, spec, false, objects...)
		diff, err := p.Diff()
		require.NoError(t, err)
		content, err := json.Marshal(p)
		require.NoError(t, err)
		for format, text := range map[string]string{"diff": diff, "JSON": string(content)} {
			assert.Equal(t, c.hidden, !strings.Contains(text, "S3CRETPW"), "%s, %s", name, format)
			assert.Equal(t, c.hidden, strings.Contains(text, "(hidden)"), "%s, %s", name, format)
		}
	}
}

// withContainer returns a Job or CronJob whose container has other fields. A list gets as many
// items as it had: then each is compared with the one in its place.
func withContainer(t *testing.T, document, fields string) (changedObject string, ok bool) {
	t.Helper()
	var object, changed map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(document), &object))
	require.NoError(t, yaml.Unmarshal([]byte(fields), &changed))
	at := object
	for _, key := range []string{"spec", "jobTemplate", "spec", "template", "spec"} {
		if below, ok := at[key].(map[string]any); ok {
			at = below
		}
	}
	containers, _ := at["containers"].([]any)
	if len(containers) == 0 {
		return "", false
	}
	container := containers[0].(map[string]any)
	for key, value := range changed {
		items, _ := value.([]any)
		if before, ok := container[key].([]any); ok && len(before) > len(items) {
			value = append(items, before[len(items):]...)
		}
		container[key] = value
	}
	content, err := yaml.Marshal(object)
	require.NoError(t, err)
	return string(content), true
}
