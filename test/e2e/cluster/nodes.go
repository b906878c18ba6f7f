package cluster

import (
	"context"
	"crypto/x509"
	"slices"
	"strings"
	"sync"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/node"
	"github.com/registryprofile/registry-profile/test/e2e/pushpull"
)

// nodes is what is wrong with nodes, by their names.
type nodes struct {
	mu     sync.Mutex
	faults map[string]NodeFault
	before func()
}

// A NodeFault is what is wrong with a node.
type NodeFault struct {
	Blocked []string // hosts that a firewall keeps from it
	NoCA    bool     // node-ca has not brought the CA of the storage
}

// BreakNode makes a node as one with a fault.
func (c *Cluster) BreakNode(name string, fault NodeFault) {
	c.nodes.mu.Lock()
	defer c.nodes.mu.Unlock()
	if c.nodes.faults == nil {
		c.nodes.faults = map[string]NodeFault{}
	}
	c.nodes.faults[name] = fault
}

// BeforePulls does something before each pull.
func (c *Cluster) BeforePulls(do func()) {
	c.nodes.mu.Lock()
	defer c.nodes.mu.Unlock()
	c.nodes.before = do
}

func (c *Cluster) mendNodes() {
	c.nodes.mu.Lock()
	defer c.nodes.mu.Unlock()
	c.nodes.faults, c.nodes.before = nil, nil
	c.Gateway.Fill(false)
}

// Pulls tells which images are pulled: those of the internal registry.
func (c *Cluster) Pulls(image string) bool {
	return strings.HasPrefix(image, pushpull.ServiceHost+":"+pushpull.ServicePort+"/")
}

// Pull pulls an image as a node does now: with the names of everything but Services, and
// the certificates that node-ca has brought.
func (c *Cluster) Pull(ctx context.Context, name, image string, dockerConfigs [][]byte) error {
	c.nodes.mu.Lock()
	fault, before := c.nodes.faults[name], c.nodes.before
	c.nodes.mu.Unlock()
	if before != nil {
		before()
	}
	trust, err := c.trustOfNodes(ctx, fault)
	if err != nil {
		return err
	}
	n := &node.Node{Hosts: map[string]string{pushpull.ServiceHost: c.ip}, Trust: trust, Blocked: fault.Blocked}
	for host, ip := range c.Gateway.Hosts() {
		if !strings.HasSuffix(host, ".svc") {
			n.Hosts[host] = ip
		}
	}
	return n.Pull(ctx, image, dockerConfigs)
}

// trustOfNodes: node-ca brings the CA of the registry to each node and, unless redirects are
// disabled, that of the storage (cluster-image-registry-operator, pkg/resource/caconfig.go:163-182).
func (c *Cluster) trustOfNodes(ctx context.Context, fault NodeFault) (*x509.CertPool, error) {
	bundles := []string{c.SystemCA.Bundle(), c.ServiceCA.Bundle()}
	config := &imageregistryv1.Config{}
	if err := c.Client.Get(ctx, client.ObjectKey{Name: "cluster"}, config); err != nil {
		return nil, err
	}
	if s3 := config.Spec.Storage.S3; s3 != nil && s3.TrustedCA.Name != "" && !config.Spec.DisableRedirect && !fault.NoCA {
		cm := &corev1.ConfigMap{}
		if err := c.Client.Get(ctx, client.ObjectKey{Namespace: ConfigNamespace, Name: s3.TrustedCA.Name}, cm); err != nil {
			return nil, err
		}
		bundles = append(bundles, cm.Data["ca-bundle.crt"])
	}
	pool := x509.NewCertPool()
	for _, bundle := range slices.Compact(bundles) {
		pool.AppendCertsFromPEM([]byte(bundle))
	}
	return pool, nil
}

// ServeRegistry opens the registry to pods and nodes, under the name of its Service.
func (c *Cluster) ServeRegistry(registry *pushpull.Registry) (*pushpull.Front, error) {
	certificate, err := c.ServiceCA.Serving(pushpull.ServiceHost)
	if err != nil {
		return nil, err
	}
	return registry.Serve(c.Client, c.ip, certificate)
}
