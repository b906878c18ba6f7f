package check

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func inventory(t *testing.T, name string) *cdx.BOM {
	bom := &cdx.BOM{}
	content := read(t, filepath.Join(released, name+".cdx.json"))
	require.NoError(t, cdx.NewBOMDecoder(bytes.NewReader(content), cdx.BOMFileFormatJSON).Decode(bom))
	return bom
}

// modules are what a program says that it is built from, by version and checksum.
func modules(t *testing.T, program []byte) map[string]string {
	info, err := buildinfo.Read(bytes.NewReader(program))
	require.NoError(t, err)
	modules := map[string]string{"std " + info.GoVersion: ""}
	for _, module := range info.Deps {
		require.Nil(t, module.Replace, "%s is replaced: go install would build something else", module.Path)
		sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(module.Sum, "h1:"))
		require.NoError(t, err)
		modules[module.Path+" "+module.Version] = hex.EncodeToString(sum)
	}
	require.Greater(t, len(modules), 10)
	return modules
}

// listed are the modules of an inventory.
func listed(bom *cdx.BOM) map[string]string {
	modules := map[string]string{}
	for _, c := range *bom.Components {
		if c.Type != cdx.ComponentTypeLibrary {
			continue
		}
		sum := ""
		if c.Hashes != nil {
			sum = (*c.Hashes)[0].Value
		}
		modules[c.Name+" "+c.Version] = sum
	}
	return modules
}

// TestInventories holds each to the program that the archive has.
func TestInventories(t *testing.T) {
	ofLinux := map[string]string{}
	programs := map[string]string{}
	eachPlatform(t, func(t *testing.T, p platform, in map[string]member) {
		program := in[p.executable()].content
		sum := sha256.Sum256(program)
		bom := inventory(t, p.archive())
		assert.Equal(t, modules(t, program), listed(bom))
		assert.Equal(t, version, bom.Metadata.Component.Version)
		assert.Contains(t, *bom.Metadata.Properties, cdx.Property{
			Name: "cdx:gomod:binary:hash:SHA-256", Value: hex.EncodeToString(sum[:]),
		})
		if p.os == "linux" {
			for module, sum := range modules(t, program) {
				ofLinux[module] = sum
			}
			programs[hex.EncodeToString(sum[:])] = p.arch
		}
	})

	name := "registry-profile-" + version + "-image.tar"
	bom := inventory(t, name)
	assert.Equal(t, ofLinux, listed(bom))
	_, digest, _ := strings.Cut(image(t), "@sha256:")
	assert.Contains(t, bom.Metadata.Component.PackageURL, "@sha256%3A"+digest+"?")
	inImage := 0
	for _, c := range *bom.Components {
		if c.Type == cdx.ComponentTypeApplication {
			inImage++
			assert.Contains(t, programs, (*c.Hashes)[0].Value)
		}
	}
	assert.Equal(t, len(programs), inImage)
	references := map[string]bool{bom.Metadata.Component.BOMRef: true}
	for _, c := range *bom.Components {
		assert.False(t, references[c.BOMRef], "%s is not unique", c.BOMRef)
		references[c.BOMRef] = true
	}
	for _, d := range *bom.Dependencies {
		assert.True(t, references[d.Ref], d.Ref)
	}
}
