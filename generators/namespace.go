package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

var namespaceGenerator = Generator{
	Name:    "Namespace",
	Doc:     "of the Job, apart from the registry's own, where a failed Job would degrade the pruner",
	Enabled: func(p *v1alpha1.RegistryProfile) bool { return *p.Spec.Bootstrap.CreateNamespace },
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		return []Resource{resource(StageBase, ClassPlumbing, object(p, "v1", "Namespace", "", p.Spec.Bootstrap.Namespace))}
	},
}
