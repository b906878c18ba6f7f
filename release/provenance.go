package main

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
)

const (
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://slsa.dev/provenance/v1"
	// docs says what the statement claims, and what it does not.
	docs = "https://" + repository + "/blob/main/docs/releases.md"
)

type (
	digests map[string]string

	// descriptor is in-toto's ResourceDescriptor, as far as it is needed here.
	descriptor struct {
		Name        string            `json:"name,omitempty"`
		URI         string            `json:"uri,omitempty"`
		Digest      digests           `json:"digest,omitempty"`
		Annotations map[string]string `json:"annotations,omitempty"`
	}

	// statement is in-toto's, about this predicate alone. The libraries' types are those
	// of protocol buffers, whose JSON is not the same bytes twice.
	statement struct {
		Type          string       `json:"_type"`
		Subject       []descriptor `json:"subject"`
		PredicateType string       `json:"predicateType"`
		Predicate     provenance   `json:"predicate"`
	}

	provenance struct {
		BuildDefinition buildDefinition `json:"buildDefinition"`
		RunDetails      runDetails      `json:"runDetails"`
	}

	buildDefinition struct {
		BuildType            string            `json:"buildType"`
		ExternalParameters   map[string]string `json:"externalParameters"`
		InternalParameters   map[string]string `json:"internalParameters"`
		ResolvedDependencies []descriptor      `json:"resolvedDependencies"`
	}

	runDetails struct {
		Builder struct {
			ID string `json:"id"`
		} `json:"builder"`
	}
)

// writeProvenance states which files come from which commit, by which tools and where. It
// names no time: the same commit gives the same statement.
func (r *release) writeProvenance() error {
	s := statement{Type: statementType, PredicateType: predicateType}
	files, err := r.files()
	if err != nil {
		return err
	}
	for _, f := range files {
		s.Subject = append(s.Subject, descriptor{Name: f.Name, Digest: digests{"sha256": f.SHA256}})
	}
	image, err := indexDigest(r.path(r.imageArchive()))
	if err != nil {
		return err
	}
	s.Subject = append(s.Subject, descriptor{Name: r.image, Digest: digests{image.Algorithm: image.Hex}})

	program, err := buildinfo.ReadFile(r.platforms[0].binary())
	if err != nil {
		return err
	}
	source := "git+https://" + repository
	buildah, err := exec.Command("buildah", "--version").Output()
	if err != nil {
		return err
	}
	s.Predicate.BuildDefinition = buildDefinition{
		BuildType:          docs + "#how-it-is-built",
		ExternalParameters: map[string]string{"repository": source, "ref": "refs/tags/" + r.version, "VERSION": r.version},
		InternalParameters: map[string]string{"target": "release", "buildah": strings.TrimSpace(string(buildah))},
		ResolvedDependencies: []descriptor{
			{URI: source + "@refs/tags/" + r.version, Digest: digests{"gitCommit": r.commit}},
			{Name: "go", Annotations: map[string]string{"version": program.GoVersion}},
		},
	}
	s.Predicate.RunDetails.Builder.ID = builder()
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return r.write(provenanceFile, append(content, '\n'))
}

// builder is who answers for the build: the workflow, or whoever called make.
func builder() string {
	if workflow := os.Getenv("GITHUB_WORKFLOW_REF"); workflow != "" {
		return os.Getenv("GITHUB_SERVER_URL") + "/" + workflow
	}
	return docs + "#by-hand"
}
