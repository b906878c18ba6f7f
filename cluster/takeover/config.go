package takeover

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/registryprofile/registry-profile/cluster"
)

var anyType = reflect.TypeFor[any]()

// configSpec is Config's spec: what says where the images are, and everything.
type configSpec struct {
	ManagementState string
	Storage         fields
	all             fields
}

// notOurs are the fields of Config's spec that are the Job's, or that the operator writes.
var notOurs = []string{"managementState", "storage", "httpSecret", "observedConfig"}

func (d *draft) readConfig() error {
	found, answer := cluster.Read[struct {
		Spec fields `json:"spec"`
	}](d.ctx, d.reader, cluster.Configs, "", "cluster")
	switch answer.State {
	case cluster.Present:
	case cluster.Absent, cluster.NoKind:
		nobody := cluster.Object{Kind: cluster.Configs, Metadata: cluster.Metadata{Name: "cluster"}}
		return refuse(noConfig, nobody, "", "%s", answer.State)
	default:
		d.known(answer.Outcome, "Config cluster")
		words := d.unseen[0]
		d.unseen = nil
		return blindness(words)
	}
	d.config, d.found.all = answer.Object, found.Spec
	if d.config.Metadata.DeletionTimestamp != "" {
		return refuse(noConfig, d.config, "metadata.deletionTimestamp", "is being deleted")
	}
	var ok [2]bool
	d.found.ManagementState, ok[0] = textOf(found.Spec, "managementState")
	d.found.Storage, ok[1] = objectOf(found.Spec, "storage")
	if slices.Contains(ok[:], false) {
		return blindness("Config cluster cannot be read: spec is of another type")
	}
	for name, value := range found.Spec {
		if !slices.Contains(notOurs, name) {
			d.set(value, "Config cluster, spec."+name, "registry", name)
		}
	}
	return nil
}

// textOf is the text at a key, and whether there is nothing else.
func textOf(f map[string]any, key string) (text string, ok bool) {
	if f[key] == nil {
		return "", true
	}
	text, ok = f[key].(string)
	return text, ok
}

// objectOf is the object at a key, and whether there is nothing else.
func objectOf(f map[string]any, key string) (object map[string]any, ok bool) {
	if f[key] == nil {
		return nil, true
	}
	object, ok = f[key].(map[string]any)
	return object, ok
}

// whenUnset is what the operator does where an ImagePruner does not say
// (cluster-image-registry-operator, pkg/resource/prunercronjob.go), which is not what a
// profile does.
var whenUnset = map[string]any{
	"keepTagRevisions": 3, "keepYoungerThanDuration": "60m", "ignoreInvalidImageReferences": false,
}

func (d *draft) readPruner() error {
	found, o, present := read[struct {
		Spec fields `json:"spec"`
	}](d, cluster.ImagePruners, "", "cluster")
	if !present {
		return nil
	}
	d.pruner = o
	spec := found.Spec
	for name, value := range spec {
		d.set(value, "ImagePruner cluster, spec."+name, "pruner", name)
	}
	if nanoseconds, ok := age(spec["keepYoungerThan"]); ok && spec["keepYoungerThanDuration"] == nil {
		d.set(short(nanoseconds), "ImagePruner cluster, spec.keepYoungerThan, which is in nanoseconds",
			"pruner", "keepYoungerThanDuration")
	}
	if pruner, ok := d.spec["pruner"].(map[string]any); ok && pruner["keepYoungerThanDuration"] != nil {
		delete(pruner, "keepYoungerThan")
	}
	for name, value := range whenUnset {
		if pruner, _ := d.spec["pruner"].(map[string]any); pruner[name] == nil {
			source := "ImagePruner cluster, which has no spec." + name + ": this is what the operator does then"
			d.set(value, source, "pruner", name)
		}
	}
	return nil
}

// age reads a number of nanoseconds.
func age(value any) (time.Duration, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	n, err := number.Int64()
	return time.Duration(n), err == nil
}

// short writes a duration without its zero minutes and seconds.
func short(d time.Duration) string {
	text := d.String()
	if rest, ok := strings.CutSuffix(text, "m0s"); ok {
		text = rest + "m"
	}
	if rest, ok := strings.CutSuffix(text, "h0m"); ok {
		text = rest + "h"
	}
	return text
}

// readVersion reads the minor version of OpenShift.
func (d *draft) readVersion() error {
	version, _, present := read[struct {
		Status struct {
			Desired struct {
				Version string `json:"version"`
			} `json:"desired"`
		} `json:"status"`
	}](d, cluster.ClusterVersions, "", "version")
	parts := strings.SplitN(version.Status.Desired.Version, ".", 3)
	if present && len(parts) == 3 {
		if _, err := strconv.Atoi(parts[1]); err == nil {
			d.set(parts[0]+"."+parts[1], "ClusterVersion version, status.desired.version", "openshiftVersion")
		}
	}
	return nil
}
