package generators

const registryGroup = "imageregistry.operator.openshift.io"

var clusterRoleGenerator = Generator{
	Order:         220,
	APIVersion:    rbacGroup + "/v1",
	Kind:          "ClusterRole",
	ClusterScoped: true,
	Stage:         StageBase,
	Class:         ClassPlumbing,
	Sealed:        true,
	Doc:           "lets the Job switch Config/cluster and read what the operator reports and who provisions the claim",
	generate: func(p *expansion) []object {
		return []object{{name: clusterRoleName(p), content: role{[]rule{
			allow(registryGroup, "configs", SingletonName, "get", "patch"),
			allow("config.openshift.io", "clusteroperators", "image-registry", "get"),
			allow("storage.k8s.io", "storageclasses", p.Spec.Storage.ClassName(), "get"),
		}}}}
	},
}

var clusterRoleBindingGenerator = Generator{
	Order:         230,
	APIVersion:    rbacGroup + "/v1",
	Kind:          "ClusterRoleBinding",
	ClusterScoped: true,
	Stage:         StageBase,
	Class:         ClassPlumbing,
	Doc:           "gives the ClusterRole to the Job",
	generate: func(p *expansion) []object {
		return []object{bind(p, "", clusterRoleName(p), clusterRoleGenerator.Kind)}
	},
}

// clusterRoleName begins with the product's name, because all products share the names
// of cluster-wide objects.
func clusterRoleName(p *expansion) string {
	return ManagedBy + "-" + bootstrapName(p)
}
