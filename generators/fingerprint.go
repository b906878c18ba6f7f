package generators

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// changeable are the fields of a Job's spec that the API server lets somebody change after
// the Job was made (kubernetes, pkg/apis/batch/validation: ValidateJobSpecUpdate).
var changeable = []string{
	"activeDeadlineSeconds", "backoffLimit", "parallelism", "suspend", "ttlSecondsAfterFinished",
}

// fingerprint writes out everything in a Job's spec that cannot be changed later: as JSON
// with sorted keys, so that it depends on what the manifest says and not on how. The name
// of the script's ConfigMap in it stands for the script.
func fingerprint(spec map[string]any) (string, error) {
	content, err := json.Marshal(Fixed(spec))
	return string(content), err
}

// Fixed returns everything in a Job's spec that cannot be changed later.
func Fixed(spec map[string]any) map[string]any {
	fixed := maps.Clone(spec)
	maps.DeleteFunc(fixed, func(field string, _ any) bool { return slices.Contains(changeable, field) })
	return fixed
}

// JobNameFits tells whether the name of a Job ends in the hash of its spec, as the name of
// every Job that is emitted does. If not, somebody has changed the spec since: a cluster
// that has a Job of that name refuses the change.
func JobNameFits(name string, spec map[string]any) bool {
	content, err := fingerprint(spec)
	return err == nil && endsInHash(name, content)
}

// ScriptNameFits tells whether the name of a script's ConfigMap ends in the hash of the
// script, whichever version of the program has emitted it.
func ScriptNameFits(name, script string) bool { return endsInHash(name, script) }

// ContentFits tells whether an object, decoded as JSON is, says what it said when it was
// emitted, whichever version of the program has done that.
func ContentFits(hash string, object map[string]any) bool { return contentHash(object) == hash }

// contentHash leaves out what is not the content of a manifest.
func contentHash(object map[string]any) string {
	content := maps.Clone(object)
	for _, field := range []string{"apiVersion", "kind", "metadata", "status"} {
		delete(content, field)
	}
	encoded, err := json.Marshal(content)
	if err != nil { // as for a number that JSON does not have
		return ""
	}
	return hash(string(encoded))
}

func endsInHash(name, content string) bool { return strings.HasSuffix(name, "-"+hash(content)) }
