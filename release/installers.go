package main

import (
	"bytes"
	"embed"
	"strings"
	"text/template"
)

// Whoever installs by one of these verifies the archive with the checksum in it.
//
//go:embed install
var templates embed.FS

// installers are the files of a release that are made of templates.
var installers = map[string]string{
	"install.sh":            "install.sh",
	"registry-profile.yaml": "krew.yaml",  // a plugin of krew has the name of its manifest
	"registry-profile.rb":   "formula.rb", // and so has a formula of Homebrew
}

// Who signs a release that the workflow makes.
const (
	workflow = "https://" + repository + "/.github/workflows/release.yaml"
	issuer   = "https://token.actions.githubusercontent.com"
)

// identity is the one that the certificate of a signature by the workflow names.
func (r *release) identity() string { return workflow + "@refs/tags/" + r.version }

// archive is what a template knows of one.
type archive struct {
	file
	Platform   platform
	Executable string
}

// Processor is the archive's in the words of Homebrew.
func (a archive) Processor() string {
	return map[string]string{"amd64": "intel", "arm64": "arm"}[a.Platform.Arch]
}

// system is one that Homebrew knows, with the archives for it.
type system struct {
	Name     string
	Archives []archive
}

func (r *release) writeInstallers() error {
	archives, err := r.archives()
	if err != nil {
		return err
	}
	values := map[string]any{
		"Version": r.version, "Number": strings.TrimPrefix(r.version, "v"), "Repository": repository,
		"Downloads": r.downloads(), "Page": "https://" + repository + "/releases/tag/" + r.version,
		"Identity": r.identity(), "Issuer": issuer, "Archives": archives,
		"Systems": []system{{"macos", of("darwin", archives)}, {"linux", of("linux", archives)}},
	}
	for name, source := range installers {
		filled, err := template.ParseFS(templates, "install/"+source)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := filled.Execute(&b, values); err != nil {
			return err
		}
		if err := r.write(name, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// archives are those of the release, in the order of the platforms.
func (r *release) archives() ([]archive, error) {
	files, err := r.files()
	if err != nil {
		return nil, err
	}
	sums := map[string]file{}
	for _, f := range files {
		sums[f.Name] = f
	}
	var archives []archive
	for _, p := range r.platforms {
		archives = append(archives, archive{sums[r.archive(p)], p, p.executable()})
	}
	return archives, nil
}

// of returns the archives for a system that Homebrew could install.
func of(goos string, archives []archive) []archive {
	var chosen []archive
	for _, a := range archives {
		if a.Platform.OS == goos && a.Processor() != "" {
			chosen = append(chosen, a)
		}
	}
	return chosen
}
