// oc stands in for OpenShift's: it is kubectl, and "oc image append" by a client of its own.
// It imitates that command (openshift/oc, pkg/cli/image/append) as far as the smoke test uses
// it: no --from, gzipped layers, credentials from --registry-config, the CA from
// SSL_CERT_FILE, "Uploading ..." and "Pushed DIGEST to NAME", or "error: " and the reason.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"syscall"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

const kubectl = "/image/libexec/kubectl"

func main() {
	if len(os.Args) > 2 && os.Args[1] == "image" && os.Args[2] == "append" {
		if err := imageAppend(os.Args[3:]); err != nil {
			fmt.Println("failed")
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		return
	}
	err := syscall.Exec(kubectl, os.Args, os.Environ())
	fmt.Fprintln(os.Stderr, "error:", err)
	os.Exit(1)
}

func imageAppend(args []string) error {
	flags := flag.NewFlagSet("append", flag.ExitOnError)
	to := flags.String("to", "", "")
	registryConfig := flags.String("registry-config", "", "")
	config := flags.String("image", "{}", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	fmt.Print("Uploading ... ")
	image, err := scratch(*config, flags.Args())
	if err != nil {
		return err
	}
	tag, err := name.NewTag(*to, name.StrictValidation)
	if err != nil {
		return err
	}
	auth, err := credentials(*registryConfig, tag.RegistryStr())
	if err != nil {
		return err
	}
	if err := remote.Write(tag, image, remote.WithAuth(auth)); err != nil {
		return err
	}
	digest, err := image.Digest()
	fmt.Printf("5kB/s\nPushed %s to %s\n", digest, tag)
	return err
}

// scratch is an image of these layers and nothing else.
func scratch(config string, files []string) (v1.Image, error) {
	image := empty.Image
	for _, file := range files {
		layer, err := tarball.LayerFromFile(file)
		if err != nil {
			return nil, err
		}
		if image, err = mutate.AppendLayers(image, layer); err != nil {
			return nil, err
		}
	}
	var c v1.Config
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		return nil, fmt.Errorf("unable to patch image from --image: %w", err)
	}
	return mutate.Config(image, c)
}

// credentials reads them as kubectl's and oc's keyring does: "auth" is the base64 of USER:PASSWORD.
func credentials(file, registry string) (authn.Authenticator, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var parsed struct {
		Auths map[string]authn.AuthConfig `json:"auths"`
	}
	if err := json.Unmarshal(content, &parsed); err != nil {
		return nil, fmt.Errorf("unable to load --registry-config: %w", err)
	}
	return authn.FromConfig(parsed.Auths[registry]), nil
}
