package generators

var namespaceGenerator = Generator{
	Order:         100,
	APIVersion:    "v1",
	Kind:          "Namespace",
	ClusterScoped: true,
	Stage:         StageBase,
	Class:         ClassPlumbing,
	// The pods in it ask for no more: see newPodTemplate.
	Labels: map[string]string{
		"pod-security.kubernetes.io/enforce": "restricted",
		"pod-security.kubernetes.io/audit":   "restricted",
		"pod-security.kubernetes.io/warn":    "restricted",
	},
	Doc: "of the Job, apart from the registry's own, where a failed Job would degrade the pruner",
	generate: func(p *expansion) []object {
		if !*p.Spec.Bootstrap.CreateNamespace {
			return nil
		}
		return []object{{name: p.Spec.Bootstrap.Namespace}}
	},
}
