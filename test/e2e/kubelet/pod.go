package kubelet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/registryprofile/registry-profile/test/e2e/apiproxy"
	"github.com/registryprofile/registry-profile/test/e2e/container"
)

const toolPath = "/image/bin"

// newRun prepares what the pod's container needs, without starting it.
func (k *Kubelet) newRun(ctx context.Context, pod *corev1.Pod) (*Run, error) {
	if err := supported(pod); err != nil {
		return nil, err
	}
	dir, err := k.folder(pod)
	if err != nil {
		return nil, err
	}
	r := &Run{Pod: pod.DeepCopy(), dir: dir, ended: make(chan struct{}), done: make(chan struct{})}
	volumes, err := k.volumes(ctx, pod, dir)
	if err != nil {
		return nil, err
	}
	if r.session, err = k.proxy.Open(apiproxy.Plan{}); err != nil {
		return nil, err
	}
	r.spec, err = k.spec(pod, dir, volumes, r.session.Port())
	return r, err
}

// supported refuses pods that need more of a kubelet than this one has.
func supported(pod *corev1.Pod) error {
	var missing []error
	if len(pod.Spec.Containers) != 1 || len(pod.Spec.InitContainers) != 0 {
		missing = append(missing, errors.New("more than one container"))
	}
	if pod.Spec.RestartPolicy != corev1.RestartPolicyNever {
		missing = append(missing, errors.New("a restartPolicy other than Never"))
	}
	c := pod.Spec.Containers[0]
	if c.LivenessProbe != nil || c.ReadinessProbe != nil || c.StartupProbe != nil || c.Lifecycle != nil {
		missing = append(missing, errors.New("probes and hooks"))
	}
	if len(c.EnvFrom) != 0 {
		missing = append(missing, errors.New("envFrom"))
	}
	if err := errors.Join(missing...); err != nil {
		return fmt.Errorf("the stand-in for the kubelet does not know: %w", err)
	}
	return nil
}

func (k *Kubelet) spec(pod *corev1.Pod, dir string, volumes map[string]string, port int) (container.Spec, error) {
	c := pod.Spec.Containers[0]
	spec := container.Spec{
		Args:       append(append([]string(nil), c.Command...), c.Args...),
		WorkingDir: c.WorkingDir,
		Root:       filepath.Join(dir, "root"),
		Hidden:     k.image.Hidden,
		UID:        k.image.UID,
		Hosts:      k.image.Hosts,
	}
	if sc := c.SecurityContext; sc != nil && sc.ReadOnlyRootFilesystem != nil {
		spec.ReadOnlyRoot = *sc.ReadOnlyRootFilesystem
	}
	for _, m := range c.VolumeMounts {
		source, ok := volumes[m.Name]
		if !ok {
			return spec, fmt.Errorf("volumeMount %s: no such volume", m.Name)
		}
		spec.Mounts = append(spec.Mounts, container.Mount{Source: filepath.Join(source, m.SubPath), Target: m.MountPath, ReadOnly: m.ReadOnly})
	}
	message := filepath.Join(dir, "termination-log")
	if err := writeFile(message, nil, 0o666); err != nil {
		return spec, err
	}
	spec.Mounts = append(spec.Mounts,
		container.Mount{Source: message, Target: c.TerminationMessagePath},
		container.Mount{Source: k.image.OC, Target: toolPath + "/oc", ReadOnly: true},
		container.Mount{Source: k.image.Kubectl, Target: "/image/libexec/kubectl", ReadOnly: true})
	env, err := k.environment(pod, port)
	spec.Env = env
	return spec, err
}

func (k *Kubelet) environment(pod *corev1.Pod, port int) ([]string, error) {
	set := map[string]bool{}
	var env []string
	add := func(name, value string) {
		if !set[name] {
			set[name] = true
			env = append(env, name+"="+value)
		}
	}
	for _, v := range pod.Spec.Containers[0].Env {
		if v.ValueFrom != nil {
			return nil, fmt.Errorf("env %s: the stand-in for the kubelet does not know valueFrom", v.Name)
		}
		add(v.Name, v.Value)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, v := range k.env {
		add(v.Name, v.Value)
	}
	add("PATH", toolPath+":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
	add("HOSTNAME", pod.Name)
	add("HOME", "/")
	add("KUBERNETES_SERVICE_HOST", "127.0.0.1")
	add("KUBERNETES_SERVICE_PORT", strconv.Itoa(port))
	return env, nil
}

// volumes fills a folder for each volume of the pod.
func (k *Kubelet) volumes(ctx context.Context, pod *corev1.Pod, dir string) (map[string]string, error) {
	folders := map[string]string{}
	for _, v := range pod.Spec.Volumes {
		folder := filepath.Join(dir, "volumes", v.Name)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
		if err := k.fill(ctx, pod, v.VolumeSource, folder); err != nil {
			return nil, fmt.Errorf("volume %s: %w", v.Name, err)
		}
		folders[v.Name] = folder
	}
	return folders, nil
}

func (k *Kubelet) fill(ctx context.Context, pod *corev1.Pod, v corev1.VolumeSource, folder string) error {
	switch {
	case v.EmptyDir != nil:
		return os.Chmod(folder, 0o777)
	case v.ConfigMap != nil:
		return k.fillConfigMap(ctx, pod.Namespace, v.ConfigMap.Name, v.ConfigMap.Items, folder)
	case v.Projected != nil:
		return k.fillProjected(ctx, pod, v.Projected, folder)
	default:
		return errors.New("the stand-in for the kubelet does not know this kind")
	}
}

func (k *Kubelet) fillConfigMap(ctx context.Context, namespace, name string, items []corev1.KeyToPath, folder string) error {
	var cm corev1.ConfigMap
	if err := k.client.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, &cm); err != nil {
		return err
	}
	if len(items) == 0 {
		for key := range cm.Data {
			items = append(items, corev1.KeyToPath{Key: key, Path: key})
		}
	}
	for _, item := range items {
		if err := writeFile(filepath.Join(folder, item.Path), []byte(cm.Data[item.Key]), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// fillProjected serves the volume that the API server adds for the ServiceAccount.
func (k *Kubelet) fillProjected(ctx context.Context, pod *corev1.Pod, v *corev1.ProjectedVolumeSource, folder string) error {
	for _, source := range v.Sources {
		var err error
		switch {
		case source.ServiceAccountToken != nil:
			err = k.fillToken(ctx, pod, source.ServiceAccountToken, folder)
		case source.ConfigMap != nil && source.ConfigMap.Name == "kube-root-ca.crt":
			// Pods reach the API server through the proxy, so its CA is the one to trust.
			err = writeFile(filepath.Join(folder, "ca.crt"), []byte(k.proxy.CA()), 0o644)
		case source.DownwardAPI != nil:
			err = writeFile(filepath.Join(folder, "namespace"), []byte(pod.Namespace), 0o644)
		default:
			err = errors.New("the stand-in for the kubelet does not know this source")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (k *Kubelet) fillToken(ctx context.Context, pod *corev1.Pod, v *corev1.ServiceAccountTokenProjection, folder string) error {
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Spec.ServiceAccountName}}
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: v.ExpirationSeconds,
		BoundObjectRef:    &authenticationv1.BoundObjectReference{Kind: "Pod", APIVersion: "v1", Name: pod.Name, UID: pod.UID},
	}}
	if err := k.client.SubResource("token").Create(ctx, account, request); err != nil {
		return err
	}
	return writeFile(filepath.Join(folder, v.Path), []byte(request.Status.Token), 0o644)
}

// writeFile writes with the mode that is asked for, whatever the umask.
func writeFile(path string, content []byte, mode os.FileMode) error {
	if err := os.WriteFile(path, content, mode); err != nil {
		return err
	}
	return os.Chmod(path, mode)
}
