// Package cluster puts the parts together: a control plane, a kubelet, object
// stores behind Routes and Services, and the registry's operator, seeded as a
// new bare-metal OpenShift cluster with OpenShift Data Foundation is.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/registryprofile/registry-profile/test/e2e/apiproxy"
	"github.com/registryprofile/registry-profile/test/e2e/bucket"
	"github.com/registryprofile/registry-profile/test/e2e/controlplane"
	"github.com/registryprofile/registry-profile/test/e2e/imageregistry"
	"github.com/registryprofile/registry-profile/test/e2e/kubelet"
	"github.com/registryprofile/registry-profile/test/e2e/pki"
	"github.com/registryprofile/registry-profile/test/e2e/pushpull"
	"github.com/registryprofile/registry-profile/test/e2e/sandbox"
)

// A Cluster is a running one.
type Cluster struct {
	Dir      string
	Programs string
	Config   *rest.Config  // an administrator's
	Client   client.Client // an administrator's; reads from the API server

	ControlPlane *controlplane.ControlPlane
	Kubelet      *kubelet.Kubelet
	Operator     *imageregistry.Operator
	Store        *bucket.Store
	Gateway      *bucket.Gateway
	Rook, NooBaa *bucket.Provisioner
	IngressCA    *pki.CA // signs what Routes serve
	ServiceCA    *pki.CA // signs what Services serve
	CephCA       *pki.CA // signs what ExternalHost and BalancerHost serve; nothing in the cluster knows it
	SystemCA     *pki.CA // signs what ProviderHost serves; operator, registry and nodes trust it by themselves

	ip    string // of everything that has a name
	nodes nodes
	stop  context.CancelFunc
	done  chan error
	used  int
}

// Start starts a cluster that keeps its files in dir; ip is an address of
// loopback that no other cluster uses.
func Start(ctx context.Context, dir, programs, ip string) (*Cluster, error) {
	c := &Cluster{Dir: dir, Programs: programs}
	if err := c.start(ctx, ip); err != nil {
		return nil, errors.Join(fmt.Errorf("starting a cluster: %w", err), c.Stop())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, ip string) error {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	var err error
	if c.Store, err = bucket.StartStore(ctx, filepath.Join(c.Dir, "store"), filepath.Join(c.Programs, "versitygw")); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	c.ip = ip
	if err := c.openGateway(ip); err != nil {
		return err
	}
	if c.ControlPlane, err = controlplane.Start(ctx, filepath.Join(c.Dir, "controlplane"), c.Programs); err != nil {
		return err
	}
	c.Config, c.Client = c.ControlPlane.Config, c.ControlPlane.Client
	c.Rook = bucket.NewProvisioner(c.Config, bucket.Rook, c.Store)
	c.NooBaa = bucket.NewProvisioner(c.Config, bucket.NooBaa, c.Store)
	return c.runControllers()
}

func (c *Cluster) runControllers() error {
	mgr, err := ctrl.NewManager(c.Config, manager.Options{
		Scheme: controlplane.Scheme, Metrics: metricsserver.Options{BindAddress: "0"}, HealthProbeBindAddress: "0",
	})
	if err != nil {
		return err
	}
	proxy, err := apiproxy.New(c.Config)
	if err != nil {
		return err
	}
	if c.Kubelet, err = kubelet.New(mgr, proxy, c.image(), c, filepath.Join(c.Dir, "pods")); err != nil {
		return err
	}
	if c.Operator, err = imageregistry.New(mgr, c.Gateway.Dial, c.SystemCA.Pool()); err != nil {
		return err
	}
	if err := errors.Join(c.publishServiceCA(mgr), c.bindVolumes(mgr), c.makePullSecrets(mgr)); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.stop, c.done = cancel, make(chan error, 1)
	go func() { c.done <- mgr.Start(ctx) }()
	if !mgr.GetCache().WaitForCacheSync(ctx) {
		return errors.New("the controllers' caches do not fill")
	}
	return nil
}

// nobody is a user as OpenShift gives them to a namespace's pods.
const nobody = 1000650000

// image is what the bootstrap's image has and has not: bash and oc, and none of
// the tools that its script must do without.
func (c *Cluster) image() kubelet.Image {
	image := kubelet.Image{
		OC:      filepath.Join(sandbox.Prepared(), "oc"),
		Kubectl: filepath.Join(c.Programs, "kubectl"),
		Hosts:   map[string]string{pushpull.ServiceHost: c.ip},
		Hidden:  []string{"kubectl", "jq", "yq", "curl", "wget", "python3", "perl", "openssl", "git"},
	}
	if oneUser, err := singleUser(); err == nil && !oneUser {
		image.UID = nobody
	}
	return image
}

// singleUser says whether this is a user namespace in which nobody but root exists.
func singleUser() (bool, error) {
	content, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		return false, err
	}
	var inside, outside, size int64
	_, err = fmt.Sscan(string(content), &inside, &outside, &size)
	return size == 1, err
}

// Stop ends everything that belongs to the cluster.
func (c *Cluster) Stop() error {
	var errs []error
	if c.Kubelet != nil {
		c.Kubelet.Reset()
	}
	for _, p := range []*bucket.Provisioner{c.Rook, c.NooBaa} {
		if p != nil {
			p.Stop()
		}
	}
	if c.stop != nil {
		c.stop()
		errs = append(errs, <-c.done)
	}
	if c.ControlPlane != nil {
		errs = append(errs, c.ControlPlane.Stop())
	}
	if c.Gateway != nil {
		c.Gateway.Close()
	}
	if c.Store != nil {
		c.Store.Stop()
	}
	return errors.Join(errs...)
}
