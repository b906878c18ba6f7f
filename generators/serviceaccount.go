package generators

var serviceAccountGenerator = Generator{
	Order:      110,
	APIVersion: "v1",
	Kind:       "ServiceAccount",
	Stage:      StageBase,
	Class:      ClassPlumbing,
	Doc:        "the Job's identity",
	generate: func(p *expansion) []object {
		return []object{{namespace: p.Spec.Bootstrap.Namespace, name: bootstrapName(p)}}
	},
}

// UserName returns the name by which the API server knows a ServiceAccount.
func UserName(namespace, serviceAccount string) string {
	return "system:serviceaccount:" + namespace + ":" + serviceAccount
}
