package generators

import (
	"fmt"
	"slices"

	"github.com/registryprofile/registry-profile/internal/finding"
)

// Fault is something that a manifest must not say.
type Fault struct {
	Code          finding.Code
	Path, Message string
}

// FaultsOfKept returns what the manifest of an object that must be kept, whoever wrote it,
// must not say of itself beside its spec: what makes an engine delete it or leave it out, what
// lets a guard pass its deletion, and what a cluster has written. The object is decoded as
// JSON is. Tools write null for some fields, which says nothing.
func FaultsOfKept(object map[string]any) []Fault {
	metadata, _ := object["metadata"].(map[string]any)
	return slices.Concat(
		harmfulMarks(textsOf(metadata["labels"]), textsOf(metadata["annotations"])),
		writtenFaults("metadata.", metadata, clusterFields),
		writtenFaults("metadata.annotations.", metadata["annotations"], clusterAnnotations),
		writtenFaults("", object, []string{"status"}),
	)
}

func harmfulMarks(labels, annotations map[string]string) []Fault {
	var faults []Fault
	add := func(code finding.Code, key, message string) {
		faults = append(faults, Fault{code, "metadata.annotations." + key, message})
	}
	for _, key := range Hooks() {
		if annotations[key] != "" {
			add(finding.Hook, key, "makes a hook of an ordinary resource; remove it")
		}
	}
	if path, value := Replacing(labels, annotations); path != "" {
		faults = append(faults, Fault{finding.ReplaceMark, path, fmt.Sprintf(
			"has %s, with which the object is deleted and made again; remove that", finding.Quote(value))})
	}
	for _, key := range []string{ConfirmDeletionAnnotation, ConfirmStorageAnnotation} {
		if annotations[key] != "" {
			add(finding.Confirmation, key, "confirms in Git what is confirmed in the cluster, once; remove it")
		}
	}
	if value, ok := annotations[LocalConfigAnnotation]; ok && value != "false" {
		add(finding.LocalConfig, LocalConfigAnnotation, "keeps kustomize and kpt from delivering the object; remove it")
	}
	return faults
}

// LocalConfigAnnotation marks a file that is read in the build alone. kustomize and kpt take every
// value but "false" for yes.
const LocalConfigAnnotation = "config.kubernetes.io/local-config"

// What an API server, or a controller beside it, writes. A cluster that knows no owner of
// the uid deletes the object, and a volume claim that says that it was bound is lost where
// its volume is not.
var (
	clusterFields = []string{
		"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
		"ownerReferences", "resourceVersion", "selfLink", "uid",
	}
	clusterAnnotations = []string{
		"kubectl.kubernetes.io/last-applied-configuration",
		"pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller",
	}
)

func writtenFaults(path string, value any, keys []string) []Fault {
	fields, _ := value.(map[string]any)
	var faults []Fault
	for _, key := range keys {
		if fields[key] != nil {
			faults = append(faults, Fault{finding.ClusterField, path + key,
				"was written by a cluster, and no other cluster or later time has the same; remove it"})
		}
	}
	return faults
}

// textsOf returns a mapping of scalars, which are written as JSON has them.
func textsOf(value any) map[string]string {
	fields, _ := value.(map[string]any)
	texts := make(map[string]string, len(fields))
	for key, field := range fields {
		if field != nil {
			texts[key] = fmt.Sprint(field)
		}
	}
	return texts
}
