package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// inventorySuffix ends the name of an inventory (SBOM), in the format CycloneDX.
const inventorySuffix = ".cdx.json"

// writeInventories says of each archive and of the image what they are made of. It is
// read from the programs themselves, not from go.mod: what is not linked in does not count.
func (r *release) writeInventories() error {
	var ofImage []*cdx.BOM
	for _, p := range r.platforms {
		bom, err := r.inventory(p)
		if err != nil {
			return err
		}
		if err := r.writeInventory(r.archive(p), bom); err != nil {
			return err
		}
		if p.OS == "linux" {
			ofImage = append(ofImage, bom)
		}
	}
	if len(ofImage) == 0 {
		return fmt.Errorf("PLATFORMS names none of Linux, and so nothing of which the image is made")
	}
	bom, err := r.imageInventory(ofImage)
	if err != nil {
		return err
	}
	return r.writeInventory(r.imageArchive(), bom)
}

// inventory is what cyclonedx-gomod reads from a program.
func (r *release) inventory(p platform) (*cdx.BOM, error) {
	read := exec.Command("../bin/cyclonedx-gomod", "bin", "-json", "-std", "-noserial", "-notimestamp", "-short-purls",
		"-version", r.version, p.binary())
	read.Stderr = os.Stderr
	out, err := read.Output()
	if err != nil {
		return nil, fmt.Errorf("cyclonedx-gomod: %w", err)
	}
	bom := &cdx.BOM{}
	return bom, cdx.NewBOMDecoder(bytes.NewReader(out), cdx.BOMFileFormatJSON).Decode(bom)
}

// imageInventory has the image at its root, below it the program for each architecture,
// and below those the modules. The image holds nothing else but two files of a line each.
func (r *release) imageInventory(programs []*cdx.BOM) (*cdx.BOM, error) {
	name, err := os.ReadFile(r.path(imageFile))
	if err != nil {
		return nil, err
	}
	_, digest, _ := strings.Cut(strings.TrimSpace(string(name)), "@")
	root := cdx.Component{
		BOMRef: "image", Type: cdx.ComponentTypeContainer, Name: r.image, Version: r.version,
		PackageURL: fmt.Sprintf("pkg:oci/%s@%s?repository_url=%s", program, strings.Replace(digest, ":", "%3A", 1), r.image),
	}
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Tools: programs[0].Metadata.Tools, Component: &root}
	parts := []string{}
	dependencies := []cdx.Dependency{{Ref: root.BOMRef, Dependencies: &parts}}
	components := []cdx.Component{}
	for _, one := range programs {
		inImage := programComponent(one)
		parts = append(parts, inImage.BOMRef)
		components = append(components, inImage)
		for _, dependency := range *one.Dependencies {
			if dependency.Ref == one.Metadata.Component.BOMRef {
				dependency.Ref = inImage.BOMRef
			}
			dependencies = appendNew(dependencies, dependency, func(d cdx.Dependency) string { return d.Ref })
		}
	}
	for _, one := range programs {
		for _, module := range *one.Components {
			components = appendNew(components, module, func(c cdx.Component) string { return c.BOMRef })
		}
	}
	bom.Components, bom.Dependencies = &components, &dependencies
	return bom, nil
}

// programComponent is the program of an inventory as a part of another.
func programComponent(bom *cdx.BOM) cdx.Component {
	component := *bom.Metadata.Component
	component.Properties = bom.Metadata.Properties
	component.BOMRef += "-" + property(bom, "cdx:gomod:build:env:GOARCH")
	component.Hashes = &[]cdx.Hash{{
		Algorithm: cdx.HashAlgoSHA256, Value: property(bom, "cdx:gomod:binary:hash:SHA-256"),
	}}
	return component
}

// property is what cyclonedx-gomod says of the whole program.
func property(bom *cdx.BOM, name string) string {
	for _, p := range *bom.Metadata.Properties {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// appendNew appends what the list does not have under the same key.
func appendNew[T any](list []T, item T, key func(T) string) []T {
	for _, other := range list {
		if key(other) == key(item) {
			return list
		}
	}
	return append(list, item)
}

func (r *release) writeInventory(name string, bom *cdx.BOM) error {
	var b bytes.Buffer
	encoder := cdx.NewBOMEncoder(&b, cdx.BOMFileFormatJSON).SetPretty(true)
	if err := encoder.Encode(bom); err != nil {
		return err
	}
	return r.write(filepath.Base(name)+inventorySuffix, b.Bytes())
}
