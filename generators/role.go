package generators

const rbacGroup = "rbac.authorization.k8s.io"

type role struct {
	Rules []rule `yaml:"rules"`
}

type roleBinding struct {
	RoleRef  roleRef   `yaml:"roleRef"`
	Subjects []subject `yaml:"subjects"`
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
	Order:        200,
	APIVersion:   rbacGroup + "/v1",
	Kind:         "Role",
	PerNamespace: true,
	Stage:        StageBase,
	Class:        ClassPlumbing,
	Sealed:       true,
	Doc:          "what the Job may do, by the names of the objects, in each namespace that it touches",
	generate: func(p *expansion) []object {
		var roles []object
		for _, a := range accesses(p) {
			roles = append(roles, object{a.namespace, bootstrapName(p), role{a.rules}})
		}
		return roles
	},
}

var roleBindingGenerator = Generator{
	Order:        210,
	APIVersion:   rbacGroup + "/v1",
	Kind:         "RoleBinding",
	PerNamespace: true,
	Stage:        StageBase,
	Class:        ClassPlumbing,
	Doc:          "gives each Role to the Job",
	generate: func(p *expansion) []object {
		var bindings []object
		for _, a := range accesses(p) {
			bindings = append(bindings, bind(p, a.namespace, bootstrapName(p), roleGenerator.Kind))
		}
		return bindings
	},
}

// bind returns a binding that gives the role of its own name to the Job.
func bind(p *expansion, namespace, name, kind string) object {
	return bindTo(p, bootstrapName(p), namespace, name, kind)
}

// bindTo returns a binding that gives the role of its own name to a ServiceAccount beside the
// Job's.
func bindTo(p *expansion, account, namespace, name, kind string) object {
	return object{namespace, name, roleBinding{
		RoleRef:  roleRef{APIGroup: rbacGroup, Kind: kind, Name: name},
		Subjects: []subject{{Kind: "ServiceAccount", Name: account, Namespace: p.Spec.Bootstrap.Namespace}},
	}}
}
