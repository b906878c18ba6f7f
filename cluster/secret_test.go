package cluster_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/registryprofile/registry-profile/cluster"
)

// password is a value that must be nowhere.
const password = "correct-horse-battery-staple"

// secret is a Secret with the password as a value, and wherever else people leave it.
func secret(name, key string) string {
	encoded := base64.StdEncoding.EncodeToString([]byte(password))
	return fmt.Sprintf(`{"kind":"Secret","apiVersion":"v1","metadata":{"name":%q,"namespace":"ns","labels":{"a":"b"},"annotations":{`+
		`"kubectl.kubernetes.io/last-applied-configuration":"{\"data\":{\"k\":\"%s\"},\"stringData\":{\"k\":\"%s\"}}","note":%q}},`+
		`"data":{%q:%q,"empty":""},"type":"Opaque"}`, name, encoded, password, password, key, encoded)
}

// requireUnseen fails if a password is in anything that could be printed or decoded.
func requireUnseen(t *testing.T, object cluster.Object) {
	t.Helper()
	var everything map[string]any
	require.NoError(t, object.Decode(&everything))
	for _, text := range []string{fmt.Sprintf("%+v", everything), fmt.Sprintf("%+v", object), fmt.Sprintf("%#v", object)} {
		assert.NotContains(t, text, password)
		assert.NotContains(t, text, base64.StdEncoding.EncodeToString([]byte(password)))
		assert.NotContains(t, text, "correct-horse", "part of it")
	}
}

// TestSecretsAreCompared: of a value nothing is kept but what compares it with another.
func TestSecretsAreCompared(t *testing.T) {
	k := newKubectl(t)
	body := secret("one", "AWS_SECRET_ACCESS_KEY")
	k.bodies["/api/v1/namespaces/ns/secrets/one"] = body
	k.bodies["/api/v1/namespaces/ns/secrets?limit=500"] = `{"kind":"SecretList","apiVersion":"v1","items":[` +
		secret("two", "REGISTRY_STORAGE_S3_SECRETKEY") + `]}`
	reader := k.reader()
	one := reader.Get(t.Context(), cluster.Secrets, "ns", "one")
	require.Equal(t, cluster.Present, one.State)
	two := reader.List(t.Context(), cluster.Secrets, "ns")
	require.Len(t, two.Objects, 1)
	requireUnseen(t, one.Object)
	requireUnseen(t, two.Objects[0])
	assert.Equal(t, map[string]string{"a": "b"}, one.Metadata.Labels)
	assert.Equal(t, map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "", "note": ""}, one.Metadata.Annotations)

	value := one.Values["AWS_SECRET_ACCESS_KEY"]
	assert.Equal(t, len(password), value.Size)
	assert.False(t, value.SizeOnly())
	same, known := value.Same(two.Objects[0].Values["REGISTRY_STORAGE_S3_SECRETKEY"])
	assert.True(t, same && known, "the same value under two keys")
	same, known = value.Same(one.Values["empty"])
	assert.True(t, !same && known, "other sizes")
}

// TestValuesOfManifests reads stringData, and the sizes that must-gather leaves.
func TestValuesOfManifests(t *testing.T) {
	reader, faults := cluster.Files([]cluster.Document{{Name: "a.yaml", Content: []byte(`
apiVersion: v1
kind: Secret
metadata: {name: manifest, namespace: ns}
data: {b: YmJi, a: YmJi}
stringData: {a: aaa}
---
apiVersion: v1
kind: Secret
metadata: {name: dumped, namespace: ns}
data: {a: MyBieXRlcyBsb25n, longer: NCBieXRlcyBsb25n}
`)}}, false)
	require.Empty(t, faults)
	manifest := reader.Get(t.Context(), cluster.Secrets, "ns", "manifest").Values
	dumped := reader.Get(t.Context(), cluster.Secrets, "ns", "dumped").Values
	same, known := manifest["a"].Same(manifest["b"])
	assert.True(t, !same && known, "stringData wins")
	assert.Equal(t, 3, dumped["a"].Size)
	assert.True(t, dumped["a"].SizeOnly())
	_, known = dumped["a"].Same(manifest["a"])
	assert.False(t, known, "equal sizes, and nothing else")
	same, known = dumped["longer"].Same(manifest["a"])
	assert.True(t, !same && known, "other sizes")
}

// TestNoWordsOfASecret: what is wrong with a Secret is said without quoting it.
func TestNoWordsOfASecret(t *testing.T) {
	for _, data := range []string{
		`"data":{"k":"` + password + `"}`, `"data":{"k":{"` + password + `":1}}`, `"data":["` + password + `"]`,
		`"stringData":{"k":["` + password + `"]}`, `"data":"` + password + `"`, `"data":{"k":"` + password,
	} {
		k := newKubectl(t)
		k.bodies["/api/v1/namespaces/ns/secrets/one"] = `{"kind":"Secret","apiVersion":"v1","metadata":{"name":"one"},` + data + `}`
		answer := k.reader().Get(t.Context(), cluster.Secrets, "ns", "one")
		assert.Equal(t, cluster.Failed, answer.State)
		assert.NotContains(t, answer.Why, "horse")
	}
}

// TestNoWordsOfAManifest: nor does the library of YAML quote what stands in one.
func TestNoWordsOfAManifest(t *testing.T) {
	for _, value := range []string{
		"*hunter2secretABC", "{? [hunter2secretABC] : x}", "&hunter2secretABC [*hunter2secretABC]",
		"!!int hunter2secretABC", "`hunter2secretABC",
	} {
		_, faults := cluster.Files([]cluster.Document{{Name: "a.yaml", Content: []byte(
			"apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ns}\nstringData: {k: " + value + "}")}}, false)
		require.Len(t, faults, 1, value)
		assert.NotContains(t, faults[0].Error(), "hunter2secretABC")
	}
}

// TestOtherCredentials: the registry's secret and a Route's key are dropped, also from the
// copy that kubectl keeps; the rest of that copy stays, as it tells who owns the storage.
func TestOtherCredentials(t *testing.T) {
	applied := func(spec string) string {
		return fmt.Sprintf(`"annotations":{"kubectl.kubernetes.io/last-applied-configuration":%q}`, `{"spec":`+spec+`}`)
	}
	for path, body := range map[string]string{
		"/apis/imageregistry.operator.openshift.io/v1/configs/cluster": fmt.Sprintf(
			`{"kind":"Config","apiVersion":"imageregistry.operator.openshift.io/v1","metadata":{"name":"cluster",%s},"spec":%s}`,
			applied(`{"httpSecret":"`+password+`","kept":true}`), `{"httpSecret":"`+password+`","kept":true}`),
		"/apis/route.openshift.io/v1/namespaces/ns/routes/r": fmt.Sprintf(
			`{"kind":"Route","apiVersion":"route.openshift.io/v1","metadata":{"name":"r","namespace":"ns",%s},"spec":%s}`,
			applied(`{"tls":{"key":"`+password+`"},"kept":true}`), `{"tls":{"key":"`+password+`"},"kept":true}`),
	} {
		k := newKubectl(t)
		k.bodies[path] = body
		kind, name := cluster.Configs, "cluster"
		if k.bodies["/apis/route.openshift.io/v1/namespaces/ns/routes/r"] != "" {
			kind, name = cluster.Routes, "r"
		}
		answer := k.reader().Get(t.Context(), kind, "ns", name)
		require.Equal(t, cluster.Present, answer.State, answer.Why)
		requireUnseen(t, answer.Object)
		assert.Contains(t, answer.Metadata.Annotations["kubectl.kubernetes.io/last-applied-configuration"], `"kept":true`)
	}
}

// TestHideIn: a value that others have written into a message does not get any further.
func TestHideIn(t *testing.T) {
	reader, faults := cluster.Files([]cluster.Document{{Name: "a.yaml", Content: []byte(`
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: ns}
stringData: {long: ` + password + `, short: abc, empty: ""}
data: {dumped: MyBieXRlcyBsb25n}
`)}}, true)
	require.Empty(t, faults)
	values := reader.Get(t.Context(), cluster.Secrets, "ns", "s").Values
	for _, c := range []struct{ key, text, want string }{
		{"long", "no " + password + password + "!", "no (hidden)(hidden)!"},
		{"long", "in" + password + "side", "in(hidden)side"},
		{"long", "correct-horse", "correct-horse"},
		{"short", "abc, x.abc abcd (abc) abc", "(hidden), x.abc abcd ((hidden)) (hidden)"},
		{"empty", "text", "text"},
		{"dumped", "abc", "abc"},
	} {
		assert.Equal(t, c.want, values[c.key].HideIn(c.text), c.text)
	}
}
