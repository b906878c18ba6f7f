package finding

import (
	"cmp"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
)

// The types below are the part of SARIF 2.1.0 that a Report fills, under its own names.

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID            string      `json:"id"`
	Short         sarifText   `json:"shortDescription"`
	Help          sarifText   `json:"help"`
	Configuration sarifConfig `json:"defaultConfiguration"`
}

type sarifConfig struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

type sarifLogical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
}

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	programURI  = "https://github.com/registryprofile/registry-profile"
)

func (r *Report) writeSARIF(w io.Writer) error {
	rules := r.sarifRules()
	results := []sarifResult{}
	for _, f := range r.findings {
		code := CodeOf(f.Result)
		results = append(results, sarifResult{
			RuleID:    code,
			RuleIndex: slices.IndexFunc(rules, func(rule sarifRule) bool { return rule.ID == code }),
			Level:     sarifLevel(f.Severity),
			Message:   sarifText{OneLine(sentence(f.Result, r.ProfileKind))},
			Locations: []sarifLocation{r.sarifLocation(f)},
		})
	}
	driver := sarifDriver{"registry-profile", r.Version, programURI, rules}
	run := sarifRun{Tool: sarifTool{driver}, ColumnKind: "unicodeCodePoints", Results: results}
	return encodeJSON(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

// sarifRules describes the codes that were found, each once, by name.
func (r *Report) sarifRules() []sarifRule {
	rules := []sarifRule{}
	for _, f := range r.findings {
		code := CodeOf(f.Result)
		known := r.Describe(code)
		help := known.Why
		if known.Fix != "" {
			help += "\n\n" + known.Fix
		}
		rules = append(rules, sarifRule{code, sarifText{known.Why}, sarifText{help}, sarifConfig{sarifLevel(f.Severity)}})
	}
	slices.SortStableFunc(rules, func(a, b sarifRule) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(rules, func(a, b sarifRule) bool { return a.ID == b.ID })
}

func sarifLevel(severity kptfn.Severity) string {
	if severity == kptfn.Info {
		return "note"
	}
	return string(severity)
}

// sarifLocation gives every result a file and a line, without which GitHub refuses the
// whole document: what is about no line is shown at the first line, and what is about no
// file at the first file.
func (r *Report) sarifLocation(f Located) sarifLocation {
	file := f.File
	if file == "" && len(r.files) > 0 {
		file = r.files[0]
	}
	location := sarifLocation{Physical: sarifPhysical{
		sarifArtifact{relativeURI(r.Folder, cmp.Or(file, "."))}, sarifRegion{max(1, f.Line)},
	}}
	if path := Path(f.Result); path != "" {
		location.Logical = []sarifLogical{{path}}
	}
	return location
}

// relativeURI returns the URI of a file: relative to the folder if it stands below it.
func relativeURI(folder, file string) string {
	if filepath.IsAbs(file) {
		relative, err := filepath.Rel(folder, file)
		if err != nil || relative == ".." || strings.HasPrefix(relative, "../") {
			return (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String()
		}
		file = relative
	}
	return (&url.URL{Path: filepath.ToSlash(filepath.Clean(file))}).String()
}
