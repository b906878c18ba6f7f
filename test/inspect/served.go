package inspect

import (
	"encoding/base64"
	"maps"
)

// always is what stands in every object of a kind, whoever has made it: what the API server
// writes, or else the controller of the kind as soon as it has looked. A dump is of a cluster,
// where no object is without.
var always = map[string]Object{
	"AlertingRule":              {"status": Object{"observedGeneration": 1, "prometheusRule": Object{"name": "rule"}}},
	"ClusterVersion":            {"status": Object{"observedGeneration": 1, "versionHash": "hash="}},
	"Config":                    {"status": Object{"storage": Object{}, "storageManaged": false}},
	"ImagePruner":               {"status": Object{"conditions": []any{Object{"type": "Available", "status": "True"}}}},
	"Namespace":                 {"spec": Object{"finalizers": []any{"kubernetes"}}, "status": Object{"phase": "Active"}},
	"Node":                      {"status": Object{"nodeInfo": Object{"kubeletVersion": "v1.33.5"}}},
	"ObjectBucket":              {"spec": Object{"storageClassName": ""}},
	"Pod":                       {"status": Object{"qosClass": "BestEffort"}},
	"Route":                     {"status": Object{}},
	"StorageClass":              {"volumeBindingMode": "Immediate"},
	"ValidatingAdmissionPolicy": {"status": Object{"observedGeneration": 1}},
}

// served returns an object as a server has it.
func served(object Object) Object {
	with := filled(object, Object{"metadata": Object{"resourceVersion": "1", "uid": "00000000-0000-4000-8000-000000000000"}})
	kind, _ := object["kind"].(string)
	with = filled(with, always[kind])
	if text, ok := with["stringData"].(Object); ok {
		data := Object{}
		for key, value := range text {
			data[key] = base64.StdEncoding.EncodeToString([]byte(value.(string)))
		}
		delete(with, "stringData")
		with["data"] = data
	}
	return with
}

// filled returns a copy of an object with the fields that it lacks.
func filled(object, fields Object) Object {
	all := maps.Clone(object)
	for key, value := range fields {
		below, nested := value.(Object)
		there, ok := all[key]
		switch into, isObject := there.(Object); {
		case !ok:
			all[key] = value
		case nested && isObject:
			all[key] = filled(into, below)
		}
	}
	return all
}
