package generators

// SettingsFields are the fields of a profile's spec that describe the spec of a kind.
var SettingsFields = map[string]string{configGenerator.Kind: "registry", imagePrunerGenerator.Kind: "pruner"}

// The fields of Config.spec that are the Job's or the operator's, and those that a profile
// does not have and that are upstream's and the user's own.
var (
	JobFields      = []string{"storage", "httpSecret", "managementState"}
	UpstreamFields = [][]string{{"logging"}, {"resources", "claims"}}
)
