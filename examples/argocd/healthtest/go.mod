module github.com/registryprofile/registry-profile/examples/argocd/healthtest

go 1.26.0

require (
	github.com/stretchr/testify v1.12.1
	github.com/yuin/gopher-lua v1.1.2
	sigs.k8s.io/yaml v1.6.0
)

require (
	go.yaml.in/yaml/v2 v2.4.2 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
