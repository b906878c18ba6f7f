package v1alpha1

// The types below are the parts of Kubernetes' core/v1 that a profile passes
// through to Config, ImagePruner and the Job, with the names and meanings that
// they have there.

// Resources is core/v1 ResourceRequirements. Quantities are Kubernetes
// quantities.
type Resources struct {
	Limits   map[string]string `yaml:"limits,omitempty"`
	Requests map[string]string `yaml:"requests,omitempty"`
}

// Toleration is core/v1 Toleration.
type Toleration struct {
	Key               string `yaml:"key,omitempty"`
	Operator          string `yaml:"operator,omitempty"`
	Value             string `yaml:"value,omitempty"`
	Effect            string `yaml:"effect,omitempty"`
	TolerationSeconds *int64 `yaml:"tolerationSeconds,omitempty"`
}

// Affinity is core/v1 Affinity.
type Affinity struct {
	NodeAffinity    *NodeAffinity `yaml:"nodeAffinity,omitempty"`
	PodAffinity     *PodAffinity  `yaml:"podAffinity,omitempty"`
	PodAntiAffinity *PodAffinity  `yaml:"podAntiAffinity,omitempty"`
}

// NodeAffinity is core/v1 NodeAffinity.
type NodeAffinity struct {
	Required  *NodeSelector             `yaml:"requiredDuringSchedulingIgnoredDuringExecution,omitempty"`
	Preferred []PreferredSchedulingTerm `yaml:"preferredDuringSchedulingIgnoredDuringExecution,omitempty"`
}

// NodeSelector is core/v1 NodeSelector.
type NodeSelector struct {
	NodeSelectorTerms []NodeSelectorTerm `yaml:"nodeSelectorTerms"`
}

// PreferredSchedulingTerm is core/v1 PreferredSchedulingTerm.
type PreferredSchedulingTerm struct {
	Weight     int              `yaml:"weight"`
	Preference NodeSelectorTerm `yaml:"preference"`
}

// NodeSelectorTerm is core/v1 NodeSelectorTerm.
type NodeSelectorTerm struct {
	MatchExpressions []SelectorRequirement `yaml:"matchExpressions,omitempty"`
	MatchFields      []SelectorRequirement `yaml:"matchFields,omitempty"`
}

// SelectorRequirement is core/v1 NodeSelectorRequirement and meta/v1
// LabelSelectorRequirement, which have the same fields.
type SelectorRequirement struct {
	Key      string   `yaml:"key"`
	Operator string   `yaml:"operator"`
	Values   []string `yaml:"values,omitempty"`
}

// PodAffinity is core/v1 PodAffinity and PodAntiAffinity.
type PodAffinity struct {
	Required  []PodAffinityTerm         `yaml:"requiredDuringSchedulingIgnoredDuringExecution,omitempty"`
	Preferred []WeightedPodAffinityTerm `yaml:"preferredDuringSchedulingIgnoredDuringExecution,omitempty"`
}

// WeightedPodAffinityTerm is core/v1 WeightedPodAffinityTerm.
type WeightedPodAffinityTerm struct {
	Weight          int             `yaml:"weight"`
	PodAffinityTerm PodAffinityTerm `yaml:"podAffinityTerm"`
}

// PodAffinityTerm is core/v1 PodAffinityTerm.
type PodAffinityTerm struct {
	TopologyKey       string         `yaml:"topologyKey"`
	LabelSelector     *LabelSelector `yaml:"labelSelector,omitempty"`
	Namespaces        []string       `yaml:"namespaces,omitempty"`
	NamespaceSelector *LabelSelector `yaml:"namespaceSelector,omitempty"`
	MatchLabelKeys    []string       `yaml:"matchLabelKeys,omitempty"`
	MismatchLabelKeys []string       `yaml:"mismatchLabelKeys,omitempty"`
}

// LabelSelector is meta/v1 LabelSelector.
type LabelSelector struct {
	MatchLabels      map[string]string     `yaml:"matchLabels,omitempty"`
	MatchExpressions []SelectorRequirement `yaml:"matchExpressions,omitempty"`
}

// TopologySpreadConstraint is core/v1 TopologySpreadConstraint.
type TopologySpreadConstraint struct {
	MaxSkew            int            `yaml:"maxSkew"`
	TopologyKey        string         `yaml:"topologyKey"`
	WhenUnsatisfiable  string         `yaml:"whenUnsatisfiable"`
	LabelSelector      *LabelSelector `yaml:"labelSelector,omitempty"`
	MinDomains         *int           `yaml:"minDomains,omitempty"`
	NodeAffinityPolicy string         `yaml:"nodeAffinityPolicy,omitempty"`
	NodeTaintsPolicy   string         `yaml:"nodeTaintsPolicy,omitempty"`
	MatchLabelKeys     []string       `yaml:"matchLabelKeys,omitempty"`
}
