package bootstrap

import (
	"encoding/json"
	"strings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	clusters "github.com/registryprofile/registry-profile/cluster"
	foreseen "github.com/registryprofile/registry-profile/cluster/verdict"
)

// foresee returns what "plan" says of a run before there is one, from all that the cluster
// holds. Every run of the script in these tests is held to that.
func (l *lab) foresee() *foreseen.Verdict {
	var documents []clusters.Document
	for key, held := range l.Objects {
		if document, ok := asDocument(key, held); ok {
			content, err := json.Marshal(document)
			require.NoError(l, err)
			documents = append(documents, clusters.Document{Name: key, Content: content})
		}
	}
	reader, faults := clusters.Files(documents, true)
	if len(faults) > 0 { // no API server holds such an object
		return nil
	}
	return foreseen.Of(l.Context(), reader, l.parameters, foreseen.Delivery{})
}

// asDocument gives an object the identity that the stand-in keeps in its key.
func asDocument(key string, held object) (object, bool) {
	parts := strings.Split(key, "/")
	for _, kind := range clusters.Kinds() {
		if kind.String() != parts[0] || kind.Namespaced && len(parts) < 3 {
			continue
		}
		apiVersion := kind.Versions[0]
		if kind.Group != "" {
			apiVersion = kind.Group + "/" + apiVersion
		}
		identity := object{"name": parts[len(parts)-1]}
		if kind.Namespaced {
			identity["namespace"] = parts[1]
		}
		return merge(held, object{"apiVersion": apiVersion, "kind": kind.Name, "metadata": identity}).(object), held != nil
	}
	return nil, false
}

// holdsTo compares a run with what was foreseen. Whether the operator is content, and what
// happens in between, nobody can foresee.
func (l *lab) holdsTo(v *foreseen.Verdict) {
	l.Helper()
	if v == nil || strings.Contains(l.output, "The resourceVersion of ") { // which no API server gives
		return
	}
	if len(l.Plan) > 0 || l.KillAt > 0 || strings.HasPrefix(l.output, "Parameter ") || strings.HasPrefix(l.output, "There is no oc") {
		return
	}
	said := strings.Split(strings.TrimSuffix(l.output, "\n"), "\n")
	advice := strings.TrimPrefix(said[len(said)-1], "What to do: ")
	switch {
	case len(v.Waits) > 0:
		assert.Equal(l, foreseen.InVain, l.status, "plan foresaw a wait: %+v\n%s", v, l.output)
		assert.Contains(l, l.output, v.Waits[0].Why)
		assert.Equal(l, v.Waits[0].Advice, advice, "%+v", v)
	case v.Exit == foreseen.Done && l.status == foreseen.InVain: // the operator
	default:
		assert.Equal(l, v.Exit, l.status, "plan foresaw: %+v\n%s", v, l.output)
		if v.Exit != foreseen.Done {
			assert.Equal(l, v.Advice, advice)
		}
		for _, reason := range v.Reasons {
			assert.Contains(l, l.output, reason)
		}
	}
	assert.Empty(l, v.Unseen)
	if v.Exit == foreseen.Done && len(v.Waits) == 0 {
		l.wrote(v.Writes)
	}
}

// wrote compares what the run wrote first of each object with what was foreseen.
func (l *lab) wrote(writes []foreseen.Write) {
	l.Helper()
	written := map[string]any{}
	for _, c := range l.Calls {
		if !c.Wrote {
			continue
		}
		for _, document := range documents(l.T, c) {
			name, patch := objectOf(document.(object), c)
			if _, again := written[name]; !again {
				written[name] = patch
			}
		}
	}
	expected := map[string]any{}
	for _, write := range writes {
		expected[write.Object] = nil
		if write.Patch != nil {
			expected[write.Object] = json.RawMessage(text(write.Patch))
		}
	}
	assert.JSONEq(l, text(expected), text(written), l.output)
}

// objectOf names what a call wrote and, for Config, with what patch. A server-side apply
// changes only who owns its fields.
func objectOf(document object, c call) (name string, patch any) {
	if c.Args[0] != "patch" {
		meta := document["metadata"].(object)
		if document["kind"] == "Config" {
			return "Config cluster", object{}
		}
		return document["kind"].(string) + " " + meta["namespace"].(string) + "/" + meta["name"].(string), nil
	}
	meta := document["metadata"].(object)
	delete(meta, "resourceVersion")
	if len(meta) == 0 {
		delete(document, "metadata")
	}
	return "Config cluster", document
}
