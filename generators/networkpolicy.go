package generators

import "github.com/registryprofile/registry-profile/api/v1alpha1"

type networkPolicy struct {
	Spec networkPolicySpec `yaml:"spec"`
}

type networkPolicySpec struct {
	PodSelector v1alpha1.LabelSelector `yaml:"podSelector"`
	PolicyTypes []string               `yaml:"policyTypes"`
	Egress      []egressRule           `yaml:"egress"`
}

type egressRule struct {
	To    []networkPeer `yaml:"to,omitempty"`
	Ports []networkPort `yaml:"ports"`
}

type networkPeer struct {
	NamespaceSelector v1alpha1.LabelSelector `yaml:"namespaceSelector"`
}

type networkPort struct {
	Protocol string `yaml:"protocol"`
	Port     int    `yaml:"port"`
}

// networkPolicyGenerator: the script talks to the API server alone. A policy sees the address
// behind a Service: port 6443 of a host, which no selector can name, and 5353 of a DNS pod.
var networkPolicyGenerator = Generator{
	Order:      130,
	APIVersion: "networking.k8s.io/v1",
	Kind:       "NetworkPolicy",
	Stage:      StageBase,
	Class:      ClassPlumbing,
	Doc:        "if asked for, lets the Job's pods out to the API server and DNS, and nothing in",
	generate: func(p *expansion) []object {
		if !*p.Spec.Bootstrap.NetworkPolicy {
			return nil
		}
		dns := v1alpha1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": "openshift-dns"}}
		return []object{{p.Spec.Bootstrap.Namespace, bootstrapName(p), networkPolicy{networkPolicySpec{
			PodSelector: v1alpha1.LabelSelector{MatchLabels: podLabels(JobContainer)},
			PolicyTypes: []string{"Ingress", "Egress"},
			Egress: []egressRule{
				{Ports: []networkPort{{"TCP", 6443}}},
				{To: []networkPeer{{dns}}, Ports: []networkPort{{"UDP", 5353}, {"TCP", 5353}}},
			},
		}}}}
	},
}
