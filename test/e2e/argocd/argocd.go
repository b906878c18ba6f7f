// Package argocd runs the real Argo CD: repo-server and application-controller, with redis,
// and without the API server, which nothing here asks.
package argocd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/controlplane"
	"github.com/registryprofile/registry-profile/test/e2e/process"
)

// Namespace is that of OpenShift GitOps' default instance, and Controller the ServiceAccount
// of its application-controller.
const (
	Namespace  = "openshift-gitops"
	Controller = "openshift-gitops-argocd-application-controller"
)

// ApplicationKind is Argo CD's.
var ApplicationKind = schema.GroupVersionKind{Group: "argoproj.io", Version: "v1alpha1", Kind: "Application"}

// Options are what Argo CD needs.
type Options struct {
	Config   *rest.Config
	Client   client.Client
	Programs string // folder with argocd and kustomize
	Plugins  string // KUSTOMIZE_PLUGIN_HOME
	Dir      string // of its files and logs
}

// ArgoCD is a running one, with a Git repository.
type ArgoCD struct {
	Options
	processes []*process.Process
	redisPort string
}

// Start starts Argo CD. Its rights are those of the application-controller of OpenShift
// GitOps and no more; what an example adds is the scenario's business.
func Start(ctx context.Context, o Options) (*ArgoCD, error) {
	a := &ArgoCD{Options: o}
	if err := a.start(ctx); err != nil {
		a.Stop()
		return nil, fmt.Errorf("argocd: %w", err)
	}
	return a, nil
}

func (a *ArgoCD) start(ctx context.Context) error {
	if err := errors.Join(os.RemoveAll(a.Dir), os.MkdirAll(a.Repository(), 0o755)); err != nil {
		return err
	}
	if err := a.git("init", "--quiet", "--initial-branch=main"); err != nil {
		return err
	}
	if err := a.prepare(ctx); err != nil {
		return err
	}
	free, err := process.FreeAddresses(4)
	if err != nil {
		return err
	}
	redis, repo := free[0], free[1]
	port := func(address string) string { return strings.TrimPrefix(address, "127.0.0.1:") }
	a.redisPort = port(redis)
	return errors.Join(
		a.run("redis", "redis-server", nil, "--port", port(redis), "--bind", "127.0.0.1", "--save", "", "--dir", a.Dir),
		a.run("repo-server", filepath.Join(a.Programs, "argocd"), []string{"ARGOCD_BINARY_NAME=argocd-repo-server"},
			"--address", "127.0.0.1", "--port", port(repo), "--metrics-address", "127.0.0.1", "--metrics-port", port(free[2]),
			"--disable-tls", "--client-ca-path", "", "--redis", redis),
		a.run("application-controller", filepath.Join(a.Programs, "argocd"),
			[]string{"ARGOCD_BINARY_NAME=argocd-application-controller"},
			"--repo-server", repo, "--repo-server-plaintext", "--redis", redis, "--metrics-port", port(free[3]),
			"--namespace", Namespace, "--kubeconfig", a.kubeconfig(), "--app-resync", "5", "--self-heal-timeout-seconds", "1"),
	)
}

// Repository is the folder of the Git repository that an Application names as URL.
func (a *ArgoCD) Repository() string { return filepath.Join(a.Dir, "repository") }

func (a *ArgoCD) kubeconfig() string { return filepath.Join(a.Dir, "kubeconfig") }

// prepare makes what the installation of Argo CD makes.
func (a *ArgoCD) prepare(ctx context.Context) error {
	account := client.ObjectKey{Namespace: Namespace, Name: Controller}
	if err := controlplane.WriteAccountKubeconfig(ctx, a.Config, a.Client, account, a.kubeconfig()); err != nil {
		return err
	}
	project := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
		"metadata": map[string]any{"namespace": Namespace, "name": "default"},
		"spec": map[string]any{
			"sourceRepos":  []any{"*"},
			"destinations": []any{map[string]any{"namespace": "*", "server": "*"}},
			"clusterResourceWhitelist": []any{map[string]any{
				"group": "*", "kind": "*",
			}},
		},
	}}
	objects := append([]client.Object{project, secret("argocd-secret", "server.secretkey", "e2e")}, rights()...)
	for _, name := range []string{"cmd-params", "rbac", "gpg-keys", "tls-certs", "ssh-known-hosts"} {
		objects = append(objects, settings("argocd-"+name+"-cm", nil))
	}
	objects = append(objects, settings("argocd-cm", map[string]string{
		"kustomize.buildOptions": "--enable-alpha-plugins", "timeout.reconciliation": "5s", "timeout.reconciliation.jitter": "0s",
	}))
	for _, o := range objects {
		if err := client.IgnoreAlreadyExists(a.Client.Create(ctx, o)); err != nil {
			return err
		}
	}
	// A folder of programs that the repo-server calls by name.
	bin := filepath.Join(a.Dir, "bin")
	return errors.Join(
		os.MkdirAll(bin, 0o755),
		os.WriteFile(filepath.Join(bin, "git-verify-wrapper.sh"), []byte("#!/bin/sh\n"), 0o755),
		os.Symlink(filepath.Join(a.Programs, "kustomize"), filepath.Join(bin, "kustomize")),
	)
}

var partOf = map[string]string{"app.kubernetes.io/part-of": "argocd"}

func settings(name string, data map[string]string) client.Object {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: Namespace, Name: name, Labels: partOf}, Data: data}
}

func secret(name, key, value string) client.Object {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: Namespace, Name: name, Labels: partOf},
		StringData: map[string]string{key: value},
	}
}

// rights are those of the application-controller of the default instance (gitops-operator,
// controllers/argocd/openshift/openshift.go, policyRulesForClusterConfig), as far as they
// concern what a profile brings, and Argo CD's own in its namespace.
func rights() []client.Object {
	all := []string{"*"}
	meta := metav1.ObjectMeta{Name: Controller}
	own := metav1.ObjectMeta{Namespace: Namespace, Name: Controller}
	subjects := []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: Namespace, Name: Controller}}
	return []client.Object{
		&rbacv1.ClusterRole{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{
			{APIGroups: all, Resources: all, Verbs: []string{"get", "list", "watch"}},
			{NonResourceURLs: all, Verbs: []string{"get", "list"}},
			{APIGroups: []string{""}, Resources: []string{"namespaces", "persistentvolumeclaims", "persistentvolumes", "configmaps"}, Verbs: all},
			{APIGroups: []string{"rbac.authorization.k8s.io", "storage.k8s.io", "config.openshift.io"}, Resources: all, Verbs: all},
		}},
		&rbacv1.ClusterRoleBinding{
			ObjectMeta: meta, Subjects: subjects,
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: Controller},
		},
		&rbacv1.Role{ObjectMeta: own, Rules: []rbacv1.PolicyRule{
			{APIGroups: []string{"argoproj.io"}, Resources: all, Verbs: all},
			{APIGroups: []string{""}, Resources: []string{"events", "secrets", "configmaps"}, Verbs: all},
		}},
		&rbacv1.RoleBinding{
			ObjectMeta: own, Subjects: subjects,
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: Controller},
		},
	}
}

func (a *ArgoCD) run(name, program string, env []string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Dir = a.Dir
	cmd.Env = append(os.Environ(), append(env,
		"HOME="+a.Dir, "TMPDIR="+a.Dir, "KUBECONFIG="+a.kubeconfig(),
		"PATH="+filepath.Join(a.Dir, "bin")+":"+os.Getenv("PATH"),
		"KUSTOMIZE_PLUGIN_HOME="+a.Plugins, "ARGOCD_FAKE_IN_CLUSTER=true", "ARGOCD_GPG_ENABLED=false",
	)...)
	p, err := process.Start(filepath.Join(a.Dir, name+".log"), cmd)
	if err == nil {
		a.processes = append(a.processes, p)
	}
	return err
}

// Stop ends everything.
func (a *ArgoCD) Stop() {
	for _, p := range a.processes {
		p.Kill()
	}
}

// Commit makes the repository hold these files and nothing else, and returns the revision.
func (a *ArgoCD) Commit(files map[string][]byte) (string, error) {
	if err := a.git("rm", "-r", "--quiet", "--ignore-unmatch", "."); err != nil {
		return "", err
	}
	for name, content := range files {
		path := filepath.Join(a.Repository(), name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o644)); err != nil {
			return "", err
		}
	}
	if err := errors.Join(a.git("add", "--all"), a.git("commit", "--quiet", "--allow-empty", "--message", "a commit")); err != nil {
		return "", err
	}
	out, err := a.gitCommand("rev-parse", "HEAD").Output()
	return strings.TrimSpace(string(out)), err
}

func (a *ArgoCD) git(args ...string) error {
	if out, err := a.gitCommand(args...).CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, out)
	}
	return nil
}

func (a *ArgoCD) gitCommand(args ...string) *exec.Cmd {
	cmd := exec.Command("git", append([]string{"-c", "user.name=e2e", "-c", "user.email=e2e@example.com"}, args...)...)
	cmd.Dir = a.Repository()
	cmd.Env = append(os.Environ(), "HOME="+a.Dir, "GIT_CONFIG_NOSYSTEM=1")
	return cmd
}
