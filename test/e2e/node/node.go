// Package node stands in for what CRI-O does when the kubelet tells it to pull an image: a real
// registry client, with the names that a node can resolve and the certificates that it trusts.
package node

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

const pullTimeout = time.Minute // only a fault reaches it, on the busiest machine

// A Node pulls images.
type Node struct {
	// Hosts are the names that its resolver knows, with their addresses: none of Services,
	// but for the registry's own, which the node-resolver of OpenShift's DNS adds.
	Hosts map[string]string
	// Trust is what it trusts: its system's CAs, and those that node-ca brings.
	Trust *x509.CertPool
	// Blocked are names that a firewall keeps from it.
	Blocked []string
}

// Pull downloads an image and verifies every blob of it. The error has the words of CRI-O.
func (n *Node) Pull(ctx context.Context, image string, dockerConfigs [][]byte) error {
	ctx, cancel := context.WithTimeout(ctx, pullTimeout)
	defer cancel()
	reference, err := name.NewDigest(image, name.StrictValidation)
	if err != nil {
		return err
	}
	auth, err := credentials(dockerConfigs, reference.Context().RegistryStr())
	if err != nil {
		return err
	}
	pulled, err := remote.Image(reference, remote.WithContext(ctx), remote.WithTransport(n.transport()),
		remote.WithAuth(auth), remote.WithRetryBackoff(remote.Backoff{Steps: 1}))
	if err == nil {
		err = validate.Image(pulled)
	}
	if err != nil {
		return fmt.Errorf("rpc error: code = Unknown desc = reading image: %w", err)
	}
	return nil
}

// credentials are the first ones that an image pull secret has for the registry.
func credentials(dockerConfigs [][]byte, registry string) (authn.Authenticator, error) {
	for _, content := range dockerConfigs {
		var parsed struct {
			Auths map[string]authn.AuthConfig `json:"auths"`
		}
		if err := json.Unmarshal(content, &parsed); err != nil {
			return nil, err
		}
		if found, ok := parsed.Auths[registry]; ok {
			return authn.FromConfig(found), nil
		}
	}
	return authn.Anonymous, nil
}

func (n *Node) transport() http.RoundTripper {
	return &http.Transport{
		DialContext:       n.dial,
		TLSClientConfig:   &tls.Config{RootCAs: n.Trust},
		DisableKeepAlives: true,
	}
}

// dial knows the node's own names, and no others.
func (n *Node) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ip, known := n.Hosts[host]
	if !known {
		return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{
			Err: "no such host", Name: host, Server: "192.168.122.1:53", IsNotFound: true,
		}}
	}
	for _, blocked := range n.Blocked {
		if host == blocked {
			return nil, &net.OpError{Op: "dial", Net: network, Addr: &net.TCPAddr{IP: net.ParseIP("10.1.2.3"), Port: 443},
				Err: fmt.Errorf("i/o timeout")}
		}
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, net.JoinHostPort(ip, port))
}
