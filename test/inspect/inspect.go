// Package inspect writes objects as "oc adm inspect" does, of which must-gather is made. It
// is a stand-in, written after pkg/cli/admin/inspect of openshift/oc: where each file stands,
// what is one list and what a file for each object, and what is left of a Secret.
package inspect

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/registryprofile/registry-profile/cluster"
)

// Object is an object as JSON has it.
type Object = map[string]any

// collected are the kinds that are written of a namespace: a list for each, also an empty
// one (namespaceResourcesToCollect, and the category "all").
var collected = []cluster.Kind{
	cluster.ConfigMaps, cluster.CronJobs, cluster.Deployments, cluster.EndpointSlices, cluster.Events, cluster.Jobs,
	cluster.NetworkPolicies, cluster.Pods, cluster.Routes, cluster.Secrets, cluster.Services, cluster.VolumeClaims,
}

// Namespace writes what "oc adm inspect ns/NAMESPACE" does. The logs are those of
// containers, by "POD/CONTAINER".
func Namespace(dir, namespace string, objects []Object, logs map[string]string) error {
	base := filepath.Join(dir, "namespaces", namespace)
	itself := Object{"apiVersion": "v1", "kind": "Namespace", "metadata": Object{"name": namespace}}
	if err := write(filepath.Join(base, namespace+".yaml"), itself); err != nil {
		return err
	}
	for _, kind := range collected {
		items := of(objects, kind, namespace)
		if err := List(base, kind, items); err != nil {
			return err
		}
		if kind.Resource != cluster.Pods.Resource {
			continue
		}
		for _, pod := range items {
			if err := write(filepath.Join(base, "pods", nameOf(pod), nameOf(pod)+".yaml"), pod); err != nil {
				return err
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(logs)) {
		pod, container := filepath.Split(key)
		file := filepath.Join(base, "pods", pod, container, container, "logs", "current.log")
		if err := writeText(file, logs[key]); err != nil {
			return err
		}
	}
	return nil
}

// List writes a list of all objects of a kind into the folder of a namespace, or into
// cluster-scoped-resources.
func List(base string, kind cluster.Kind, items []Object) error {
	list := Object{
		"apiVersion": apiVersion(kind), "kind": kind.Name + "List", "metadata": Object{}, "items": elided(items),
	}
	return write(filepath.Join(base, group(kind), kind.Resource+".yaml"), list)
}

// Resources writes what "oc adm inspect RESOURCE --all-namespaces" does: a file for each
// object.
func Resources(dir string, objects ...Object) error {
	for _, object := range elided(objects) {
		kind, ok := cluster.KindOf(object["apiVersion"].(string), object["kind"].(string))
		if !ok {
			return fmt.Errorf("no kind that is read: %v", object["kind"])
		}
		base := filepath.Join(dir, "cluster-scoped-resources")
		if kind.Namespaced {
			base = filepath.Join(dir, "namespaces", namespaceOf(object))
		}
		if err := write(filepath.Join(base, group(kind), kind.Resource, nameOf(object)+".yaml"), object); err != nil {
			return err
		}
	}
	return nil
}

// Output writes what the must-gather of OpenShift Data Foundation does with StorageClusters:
// the output of "oc get -o yaml" (gather_namespaced_resources of odf-must-gather).
func Output(dir, namespace, file string, objects ...Object) error {
	list := Object{"apiVersion": "v1", "kind": "List", "metadata": Object{"resourceVersion": ""}, "items": objects}
	return write(filepath.Join(dir, "namespaces", namespace, "oc_output", file), list)
}

// others are of the groups that every cluster serves, and that nobody reads.
var others = []cluster.Kind{
	{Group: "apps", Versions: []string{"v1"}, Resource: "controllerrevisions", Name: "ControllerRevision"},
	{Group: "batch", Versions: []string{"v1"}, Resource: "others", Name: "Other"},
	{Group: "rbac.authorization.k8s.io", Versions: []string{"v1"}, Resource: "others", Name: "Other"},
	{Group: "storage.k8s.io", Versions: []string{"v1"}, Resource: "csinodes", Name: "CSINode"},
	{Group: "config.openshift.io", Versions: []string{"v1"}, Resource: "builds", Name: "Build"},
	{Group: "operator.openshift.io", Versions: []string{"v1"}, Resource: "consoles", Name: "Console"},
	{Group: "route.openshift.io", Versions: []string{"v1"}, Resource: "others", Name: "Other"},
}

// Discovery writes that the cluster serves some kinds, and others that nobody reads.
func Discovery(dir string, kinds ...cluster.Kind) error {
	return CutDiscovery(dir, slices.Concat(kinds, others)...)
}

// CutDiscovery writes that the cluster serves some kinds, as in a file that was cut behind them.
func CutDiscovery(dir string, kinds ...cluster.Kind) error {
	var groups []Object
	for _, kind := range kinds {
		groups = append(groups, Object{"metadata": Object{"name": kind.Group}, "versions": []Object{{
			"version": kind.Versions[0], "freshness": "Current",
			"resources": []Object{{"resource": kind.Resource, "responseKind": Object{"kind": kind.Name}}},
		}}})
	}
	list := Object{
		"apiVersion": "apidiscovery.k8s.io/v2", "kind": "APIGroupDiscoveryList", "metadata": Object{}, "items": groups,
	}
	return write(filepath.Join(dir, "aggregated-discovery-apis.yaml"), list)
}

// of returns the objects of a kind in a namespace.
func of(objects []Object, kind cluster.Kind, namespace string) []Object {
	items := []Object{}
	for _, object := range objects {
		known, ok := cluster.KindOf(object["apiVersion"].(string), object["kind"].(string))
		if ok && known.String() == kind.String() && namespaceOf(object) == namespace {
			items = append(items, object)
		}
	}
	return items
}

// public are the keys of Secrets whose values stay.
var public = []string{"tls.crt", "ca.crt", "service-ca.crt"}

// elided returns the objects without what is not written: the values of Secrets.
func elided(objects []Object) []Object {
	left := slices.Clone(objects)
	for i, object := range left {
		data, _ := object["data"].(Object)
		if object["kind"] != "Secret" || data == nil {
			continue
		}
		sizes := Object{}
		for key, value := range data {
			sizes[key] = value
			if decoded, err := base64.StdEncoding.DecodeString(value.(string)); err == nil && !slices.Contains(public, key) {
				sizes[key] = base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%d bytes long", len(decoded)))
			}
		}
		left[i] = maps.Clone(object)
		left[i]["data"] = sizes
	}
	return left
}

func apiVersion(kind cluster.Kind) string {
	if kind.Group == "" {
		return kind.Versions[0]
	}
	return kind.Group + "/" + kind.Versions[0]
}

func group(kind cluster.Kind) string {
	if kind.Group == "" {
		return "core"
	}
	return kind.Group
}

func nameOf(object Object) string {
	name, _ := object["metadata"].(Object)["name"].(string)
	return name
}

func namespaceOf(object Object) string {
	namespace, _ := object["metadata"].(Object)["namespace"].(string)
	return namespace
}

func write(path string, object Object) error {
	content, err := yaml.Marshal(object)
	if err != nil {
		return err
	}
	return writeText(path, "---\n"+string(content)) // as oc's printer does
}

func writeText(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}
