package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

const rbacGroup = "rbac.authorization.k8s.io"

type role struct {
	*typeMeta `yaml:",inline"`
	Rules     []rule `yaml:"rules"`
}

type roleBinding struct {
	*typeMeta `yaml:",inline"`
	RoleRef   roleRef   `yaml:"roleRef"`
	Subjects  []subject `yaml:"subjects"`
}

type roleRef struct {
	APIGroup string `yaml:"apiGroup"`
	Kind     string `yaml:"kind"`
	Name     string `yaml:"name"`
}

type subject struct {
	Kind      string `yaml:"kind"`
	Name      string `yaml:"name"`
	Namespace string `yaml:"namespace"`
}

var roleGenerator = Generator{
	Name:    "Role",
	Doc:     "what the Job may do, by the names of the objects, in each namespace that it touches",
	Enabled: always,
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		var resources []Resource
		for _, a := range accesses(p) {
			resources = append(resources, resource(StageBase, ClassPlumbing, role{
				typeMeta: object(p, rbacGroup+"/v1", "Role", a.namespace, bootstrapName(p)),
				Rules:    a.rules,
			}))
		}
		return resources
	},
}

var roleBindingGenerator = Generator{
	Name:    "RoleBinding",
	Doc:     "gives each Role to the Job",
	Enabled: always,
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		var resources []Resource
		for _, a := range accesses(p) {
			resources = append(resources, resource(StageBase, ClassPlumbing, bind(p, object(p, rbacGroup+"/v1", "RoleBinding", a.namespace, bootstrapName(p)), "Role")))
		}
		return resources
	},
}

// bind gives the role of the binding's own name to the Job.
func bind(p *v1alpha1.RegistryProfile, binding *typeMeta, kind string) roleBinding {
	return roleBinding{
		typeMeta: binding,
		RoleRef:  roleRef{APIGroup: rbacGroup, Kind: kind, Name: binding.Metadata.Name},
		Subjects: []subject{{Kind: "ServiceAccount", Name: bootstrapName(p), Namespace: p.Spec.Bootstrap.Namespace}},
	}
}
