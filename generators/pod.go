package generators

import (
	"slices"
	"strconv"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
)

// JobContainer is the name of the container of the Job's pod.
const JobContainer = "bootstrap"

const scriptFolder = "/opt/registry-profile"

type podTemplate struct {
	Metadata metadata `yaml:"metadata"`
	Spec     podSpec  `yaml:"spec"`
}

type podSpec struct {
	RestartPolicy      string                    `yaml:"restartPolicy"`
	ServiceAccountName string                    `yaml:"serviceAccountName"`
	SecurityContext    podSecurityContext        `yaml:"securityContext"`
	ImagePullSecrets   []v1alpha1.LocalReference `yaml:"imagePullSecrets,omitempty"`
	NodeSelector       map[string]string         `yaml:"nodeSelector,omitempty"`
	Tolerations        []v1alpha1.Toleration     `yaml:"tolerations,omitempty"`
	Containers         []container               `yaml:"containers"`
	Volumes            []volume                  `yaml:"volumes"`
}

type podSecurityContext struct {
	RunAsNonRoot   bool           `yaml:"runAsNonRoot"`
	SeccompProfile seccompProfile `yaml:"seccompProfile"`
}

type seccompProfile struct {
	Type string `yaml:"type"`
}

type container struct {
	Name                     string              `yaml:"name"`
	Image                    string              `yaml:"image"`
	Command                  []string            `yaml:"command"`
	Env                      []envVar            `yaml:"env"`
	Resources                *v1alpha1.Resources `yaml:"resources,omitempty"`
	TerminationMessagePolicy string              `yaml:"terminationMessagePolicy"`
	SecurityContext          securityContext     `yaml:"securityContext"`
	VolumeMounts             []volumeMount       `yaml:"volumeMounts"`
}

type envVar struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
}

type securityContext struct {
	AllowPrivilegeEscalation bool         `yaml:"allowPrivilegeEscalation"`
	ReadOnlyRootFilesystem   bool         `yaml:"readOnlyRootFilesystem"`
	Capabilities             capabilities `yaml:"capabilities"`
}

type capabilities struct {
	Drop []string `yaml:"drop"`
}

type volumeMount struct {
	Name      string `yaml:"name"`
	MountPath string `yaml:"mountPath"`
	ReadOnly  bool   `yaml:"readOnly,omitempty"`
}

type volume struct {
	Name      string              `yaml:"name"`
	ConfigMap *configMapReference `yaml:"configMap,omitempty"`
	EmptyDir  *emptyDir           `yaml:"emptyDir,omitempty"`
}

type emptyDir struct {
	Medium    string `yaml:"medium,omitempty"`
	SizeLimit string `yaml:"sizeLimit,omitempty"`
}

type configMapReference struct {
	Name string `yaml:"name"`
}

// podLabels tell the pods of a container's name from all others.
func podLabels(container string) map[string]string {
	return map[string]string{ManagedByLabel: ManagedBy, "app.kubernetes.io/component": container}
}

// newPodTemplate runs the script that switches the storage.
func newPodTemplate(p *expansion, env []envVar) podTemplate {
	return newScriptPod(p, bootstrapName(p), JobContainer, scriptConfigMapName(p), ScriptFile, env)
}

// newScriptPod runs a script of a ConfigMap as the restricted pod security standard asks.
func newScriptPod(p *expansion, account, name, configMap, script string, env []envVar) podTemplate {
	b := p.Spec.Bootstrap
	return podTemplate{
		Metadata: metadata{Labels: podLabels(name)},
		Spec: podSpec{
			RestartPolicy:      "Never",
			ServiceAccountName: account,
			SecurityContext:    podSecurityContext{RunAsNonRoot: true, SeccompProfile: seccompProfile{Type: "RuntimeDefault"}},
			ImagePullSecrets:   b.ImagePullSecrets,
			NodeSelector:       b.NodeSelector,
			Tolerations:        b.Tolerations,
			Containers: []container{{
				Name:  name,
				Image: b.Image,
				// With -p, bash takes no options, functions and start-up file from the
				// environment: an image could bring some that print credentials.
				Command:   []string{"/bin/bash", "-p", scriptFolder + "/" + script},
				Env:       env,
				Resources: b.Resources,
				// The last line of a failed run is then in the pod's status.
				TerminationMessagePolicy: "FallbackToLogsOnError",
				SecurityContext:          securityContext{ReadOnlyRootFilesystem: true, Capabilities: capabilities{Drop: []string{"ALL"}}},
				VolumeMounts: []volumeMount{
					{Name: "script", MountPath: scriptFolder, ReadOnly: true},
					{Name: "tmp", MountPath: "/tmp"},
				},
			}},
			Volumes: []volume{
				{Name: "script", ConfigMap: &configMapReference{Name: configMap}},
				{Name: "tmp", EmptyDir: &emptyDir{}},
			},
		},
	}
}

// Parameters are the environment of the Job's container, by the names of the variables.
func Parameters(p *v1alpha1.RegistryProfile) map[string]string {
	e, values := newExpansion(p), map[string]string{}
	for _, v := range append(parameters(e), permission(e)...) {
		values[v.Name] = v.Value
	}
	return values
}

// parameters are what the script reads with this backend and endpoint: a variable that
// says nothing is left out. HOME is where oc keeps its discovery cache.
func parameters(p *expansion) []envVar {
	s := p.Spec
	env := []envVar{
		{"HOME", "/tmp"},
		{ReplicasVariable, strconv.Itoa(*s.Registry.Replicas)},
		{RolloutStrategyVariable, s.Registry.RolloutStrategy},
		{DisableRedirectVariable, optionalBool(s.Registry.DisableRedirect)},
		{"TIMEOUT_SECONDS", scriptTimeoutSeconds(p)},
		{ClaimClassVariable, s.Storage.ClassName()},
	}
	if s.Registry.ManagementState != v1alpha1.Managed { // which the script takes for granted
		env = append(env, envVar{"MANAGEMENT_STATE", s.Registry.ManagementState})
	}
	if b := s.Storage.Object(); b != nil {
		env = append(env, objectStoreParameters(p, b)...)
	} else {
		claim := s.Storage.Volume().Claim()
		env = append(env, envVar{BackendVariable, BackendVolume},
			envVar{ClaimNamespaceVariable, claim.Namespace}, envVar{ClaimNameVariable, claim.Name},
			envVar{AccessModeVariable, accessMode(s.Storage)})
	}
	return slices.DeleteFunc(env, func(v envVar) bool { return v.Value == "" })
}

func objectStoreParameters(p *expansion, b *v1alpha1.ObjectStore) []envVar {
	ca, claim := trustedCA(p), b.Claim()
	env := []envVar{
		{BackendVariable, BackendS3},
		{ClaimNamespaceVariable, claim.Namespace},
		{ClaimNameVariable, claim.Name},
		{"REGION", b.Region},
		{"CHUNK_SIZE_MIB", optionalInt(b.ChunkSizeMiB)},
		{TrustedCAVariable, ca.name},
		{"CA_SOURCE_NAMESPACE", ca.sourceNamespace},
		{CASourceVariable, ca.sourceName},
		{"CA_SOURCE_KEY", ca.sourceKey},
		{"ENDPOINT_SCHEME", b.Endpoint.Scheme()},
	}
	switch e := b.Endpoint; {
	case e.Service != nil:
		return append(env, envVar{"ENDPOINT", "service"})
	case e.External != nil:
		return append(env, envVar{"ENDPOINT", "external"})
	case e.Route.Host != "":
		return append(env, envVar{"ENDPOINT", "host"}, envVar{"ENDPOINT_HOST", e.Route.Host})
	default:
		return append(env, envVar{"ENDPOINT", "route"},
			envVar{"ROUTE_NAMESPACE", p.Spec.ODF.Namespace}, envVar{"ROUTE_NAME", e.Route.Name},
			envVar{"STORAGE_NAMESPACE", p.Spec.ODF.Namespace}, envVar{"STORAGE_CLUSTER", p.Spec.ODF.StorageCluster})
	}
}

// permission tells the script what it may leave behind, as KIND=NAME with spaces between.
func permission(p *expansion) []envVar {
	var items []string
	for _, s := range p.Spec.Bootstrap.LeaveStorage {
		switch {
		case s.Bucket != "":
			items = append(items, "bucket="+s.Bucket)
		case s.Claim != "":
			items = append(items, "claim="+s.Claim)
		default:
			items = append(items, "backend="+s.Backend)
		}
	}
	if len(items) == 0 {
		return nil
	}
	return []envVar{{PermissionVariable, strings.Join(items, " ")}}
}

func optionalBool(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

func optionalInt(i *int) string {
	if i == nil {
		return ""
	}
	return strconv.Itoa(*i)
}
