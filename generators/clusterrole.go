package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

const registryGroup = "imageregistry.operator.openshift.io"

var clusterRoleGenerator = Generator{
	Name:    "ClusterRole",
	Doc:     "lets the Job switch Config/cluster and read what the operator reports",
	Enabled: always,
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		return []Resource{resource(StageBase, ClassPlumbing, role{
			typeMeta: object(p, rbacGroup+"/v1", "ClusterRole", "", clusterRoleName(p)),
			Rules: []rule{
				allow(registryGroup, "configs", "cluster", "get", "patch"),
				allow("config.openshift.io", "clusteroperators", "image-registry", "get"),
			},
		})}
	},
}

var clusterRoleBindingGenerator = Generator{
	Name:    "ClusterRoleBinding",
	Doc:     "gives the ClusterRole to the Job",
	Enabled: always,
	Generate: func(p *v1alpha1.RegistryProfile) []Resource {
		return []Resource{resource(StageBase, ClassPlumbing, bind(p, object(p, rbacGroup+"/v1", "ClusterRoleBinding", "", clusterRoleName(p)), "ClusterRole"))}
	},
}

// clusterRoleName says whose it is: cluster-wide names are everybody's.
func clusterRoleName(p *v1alpha1.RegistryProfile) string {
	return ManagedBy + "-" + bootstrapName(p)
}
