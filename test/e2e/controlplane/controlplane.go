// Package controlplane runs a Kubernetes control plane: etcd, the API server
// with RBAC and an audit log, and the controllers of the controller manager
// that concern Jobs, quotas and garbage.
package controlplane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/registryprofile/registry-profile/test/e2e/process"
)

const (
	startTimeout = 3 * time.Minute // only a fault reaches it, on the busiest machine
	stopTimeout  = 10 * time.Second
)

// A ControlPlane is a running one.
type ControlPlane struct {
	Dir    string       // its data and logs
	Config *rest.Config // of an administrator, without rate limit
	Client client.Client

	env      *envtest.Environment
	managers *process.Process
}

// Start starts a control plane that keeps its files in dir. programs is the
// folder of etcd, kube-apiserver and kube-controller-manager.
func Start(ctx context.Context, dir, programs string) (*ControlPlane, error) {
	c := &ControlPlane{Dir: dir}
	if err := c.start(ctx, programs); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func (c *ControlPlane) start(ctx context.Context, programs string) error {
	crds, err := definitions(ctx, c.Dir)
	if err != nil {
		return err
	}
	c.env = &envtest.Environment{
		Scheme:                   Scheme,
		BinaryAssetsDirectory:    programs,
		ControlPlaneStartTimeout: startTimeout,
		ControlPlaneStopTimeout:  stopTimeout,
		ErrorIfCRDPathMissing:    true,
		CRDInstallOptions:        envtest.CRDInstallOptions{Paths: crds, MaxTime: startTimeout, PollInterval: 100 * time.Millisecond},
	}
	if err := c.configureAPIServer(); err != nil {
		return err
	}
	if c.Config, err = c.env.Start(); err != nil {
		return err
	}
	c.Config.QPS = -1
	if c.Client, err = client.New(c.Config, client.Options{Scheme: Scheme}); err != nil {
		return err
	}
	return c.startManagers(programs)
}

func (c *ControlPlane) configureAPIServer() error {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	policy := filepath.Join(c.Dir, "audit-policy.yaml")
	if err := os.WriteFile(policy, []byte(auditPolicy), 0o644); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(c.Dir, "kube-apiserver.log"))
	if err != nil {
		return err
	}
	server := c.env.ControlPlane.GetAPIServer()
	server.Out, server.Err = log, log
	server.Configure().
		// Without an external issuer or OpenShift's SCC, these are the plugins of a usual cluster.
		Disable("disable-admission-plugins").
		Set("service-cluster-ip-range", "10.96.0.0/16").
		Set("advertise-address", "192.0.2.1").
		Set("endpoint-reconciler-type", "none").
		Set("audit-policy-file", policy).
		Set("audit-log-path", c.auditLog()).
		Set("audit-log-mode", "blocking-strict").
		Set("shutdown-delay-duration", "0s")
	return nil
}

// controllers are those that the product's objects meet. No controller of
// Deployments: the stand-in for the registry operator reports their status. The one of
// namespaces begins five seconds after a deletion and asks again before it does anything,
// so that the cluster's reset, which removes namespaces at once, does not meet it.
const controllers = "job-controller,cronjob-controller,ttl-after-finished-controller," +
	"namespace-controller,validatingadmissionpolicy-status-controller,garbage-collector-controller,resourcequota-controller," +
	"serviceaccount-controller,root-ca-certificate-publisher-controller"

func (c *ControlPlane) startManagers(programs string) error {
	kubeconfig, err := c.Kubeconfig()
	if err != nil {
		return err
	}
	ca := filepath.Join(c.Dir, "ca.crt")
	if err := os.WriteFile(ca, c.Config.CAData, 0o644); err != nil {
		return err
	}
	c.managers, err = process.Start(filepath.Join(c.Dir, "kube-controller-manager.log"), exec.Command(
		filepath.Join(programs, "kube-controller-manager"),
		"--kubeconfig", kubeconfig,
		"--use-service-account-credentials",
		"--leader-elect=false",
		"--root-ca-file", ca,
		"--secure-port", "0",
		"--kube-api-qps", "1000", "--kube-api-burst", "1000",
		"--concurrent-job-syncs", "5",
		"--controllers", controllers))
	return err
}

// Kubeconfig writes the administrator's kubeconfig and returns its path.
func (c *ControlPlane) Kubeconfig() (string, error) {
	path := filepath.Join(c.Dir, "admin.kubeconfig")
	return path, writeKubeconfig(c.Config, path, &clientcmdapi.AuthInfo{
		ClientCertificateData: c.Config.CertData, ClientKeyData: c.Config.KeyData, Token: c.Config.BearerToken,
	})
}

func writeKubeconfig(config *rest.Config, path string, user *clientcmdapi.AuthInfo) error {
	const name = "e2e"
	return clientcmd.WriteToFile(clientcmdapi.Config{
		Clusters:       map[string]*clientcmdapi.Cluster{name: {Server: config.Host, CertificateAuthorityData: config.CAData}},
		AuthInfos:      map[string]*clientcmdapi.AuthInfo{name: user},
		Contexts:       map[string]*clientcmdapi.Context{name: {Cluster: name, AuthInfo: name}},
		CurrentContext: name,
	}, path)
}

// Stop ends the control plane's processes.
func (c *ControlPlane) Stop() error {
	var errs []error
	if c.managers != nil {
		errs = append(errs, c.managers.Terminate(stopTimeout))
	}
	if c.env != nil {
		errs = append(errs, c.env.Stop())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("stopping the control plane: %w", err)
	}
	return nil
}
