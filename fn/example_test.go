package fn_test

import (
	"fmt"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"github.com/registryprofile/registry-profile/fn"
)

// A program that embeds the function runs it on a ResourceList.
func ExampleProcessor() {
	rl, err := kptfn.ParseResourceList([]byte(`apiVersion: config.kubernetes.io/v1
kind: ResourceList
items: []
functionConfig:
  apiVersion: registryprofile.dev/v1alpha1
  kind: RegistryProfile
  metadata: {name: registry}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	ok, err := fn.Processor{}.Process(rl)
	fmt.Println(ok, err)
	for _, item := range rl.Items.Where(kptfn.IsGVK("imageregistry.operator.openshift.io", "v1", "Config")) {
		fmt.Println(item.GetKind(), item.GetName())
	}
	// Output:
	// true <nil>
	// Config cluster
}

// A profile with a fault changes no item: the results say what is wrong.
func ExampleProcessor_fault() {
	rl, err := kptfn.ParseResourceList([]byte(`apiVersion: config.kubernetes.io/v1
kind: ResourceList
items: []
functionConfig:
  apiVersion: registryprofile.dev/v1alpha1
  kind: RegistryProfile
  metadata: {name: registry}
  spec: {registry: {replicas: 0}}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	ok, err := fn.Processor{Strict: true}.Process(rl)
	fmt.Println(ok, err, len(rl.Items))
	for _, result := range rl.Results {
		fmt.Println(result.Severity, result.Field.Path, result.Message)
	}
	// Output:
	// false <nil> 0
	// error spec.registry.replicas "0" is out of range; write 1 to 9999
}

// A RegistryProfileCheck judges the items, and changes none.
func ExampleProcessor_check() {
	rl, err := kptfn.ParseResourceList([]byte(`apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: registry, namespace: team}
  data: {REGISTRY_STORAGE_S3_SECRETKEY: a secret}
functionConfig:
  apiVersion: registryprofile.dev/v1alpha1
  kind: RegistryProfileCheck
  metadata: {name: final}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	ok, err := fn.Processor{}.Process(rl)
	fmt.Println(ok, err, len(rl.Items))
	for _, result := range rl.Results {
		fmt.Println(result.Severity, result.Tags["code"])
	}
	// Output:
	// false <nil> 1
	// error credential
	// error nothing-of-ours
}
