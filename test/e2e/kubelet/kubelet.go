// Package kubelet stands in for the kubelet and the scheduler: it takes the
// pods that the Job and CronJob controllers create and runs their command as a
// real process with what the pod's spec gives it, and nothing else.
package kubelet

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	"github.com/registryprofile/registry-profile/test/e2e/apiproxy"
)

// NodeName is the node that all pods run on, but for those that must not share one.
const NodeName = "e2e"

// Nodes are all of them.
var Nodes = []string{NodeName, "e2e-2"}

// An Image is what stands in for container images: the machine's own programs,
// plus oc, less what an image for oc would not have.
type Image struct {
	OC      string            // the program that is oc in the pods
	Kubectl string            // what it calls, but for images
	Hosts   map[string]string // the names that pods can resolve
	Hidden  []string          // programs of the machine that pods must not find
	UID     int               // whom the processes run as
}

// A Kubelet runs the pods of one control plane.
type Kubelet struct {
	client client.Client
	reader client.Reader // as new as can be
	proxy  *apiproxy.Proxy
	image  Image
	puller Puller
	dir    string

	mu      sync.Mutex
	pulling map[types.UID]bool
	env     []corev1.EnvVar
	plan    func(*Run) apiproxy.Plan
	runs    []*Run
}

// New makes a kubelet that keeps its pods' files and logs in dir, and adds it to the manager.
func New(mgr ctrl.Manager, proxy *apiproxy.Proxy, image Image, puller Puller, dir string) (*Kubelet, error) {
	k := &Kubelet{client: mgr.GetClient(), reader: mgr.GetAPIReader(), proxy: proxy, image: image, puller: puller, dir: dir}
	unchecked := true
	return k, ctrl.NewControllerManagedBy(mgr).Named("kubelet").For(&corev1.Pod{}).
		WithOptions(controller.Options{SkipNameValidation: &unchecked, MaxConcurrentReconciles: 4}).
		Complete(k)
}

// Env adds variables that pods get where their spec does not set them. Of two values
// for one variable, the later call's counts.
func (k *Kubelet) Env(env ...corev1.EnvVar) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.env = append(slices.Clone(env), k.env...)
}

// Plan decides from now on, for each pod that starts, what happens to its calls.
func (k *Kubelet) Plan(plan func(*Run) apiproxy.Plan) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.plan = plan
}

// Runs returns all pods' runs since the last Reset, oldest first.
func (k *Kubelet) Runs() []*Run {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]*Run(nil), k.runs...)
}

// Reset kills what still runs, waits for its end, and forgets everything.
func (k *Kubelet) Reset() {
	k.mu.Lock()
	runs := k.runs
	k.runs, k.env, k.plan = nil, nil, nil
	k.mu.Unlock()
	for _, run := range runs {
		run.Kill()
		<-run.done
	}
}

// Reconcile brings one pod a step further.
func (k *Kubelet) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var pod corev1.Pod
	if err := k.client.Get(ctx, request.NamespacedName, &pod); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	run := k.find(pod.UID)
	switch {
	case pod.DeletionTimestamp != nil:
		return ctrl.Result{}, k.terminate(ctx, &pod, run)
	case pod.Spec.NodeName == "":
		return ctrl.Result{}, k.bind(ctx, &pod)
	case run == nil && k.puller.Pulls(pod.Spec.Containers[0].Image):
		k.startPull(ctx, &pod)
	case run == nil && pod.Status.Phase == corev1.PodPending:
		return ctrl.Result{}, k.start(ctx, &pod)
	}
	return ctrl.Result{}, nil
}

func (k *Kubelet) find(uid types.UID) *Run {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, run := range k.runs {
		if run.Pod.UID == uid {
			return run
		}
	}
	return nil
}

func (k *Kubelet) bind(ctx context.Context, pod *corev1.Pod) error {
	node, err := k.choose(ctx, pod)
	if err != nil {
		return err
	}
	if node == "" {
		return k.unschedulable(ctx, pod)
	}
	binding := &corev1.Binding{
		ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID},
		Target:     corev1.ObjectReference{Kind: "Node", Name: node},
	}
	err = k.client.SubResource("binding").Create(ctx, pod, binding)
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return nil // bound already, or gone; the event of that is on its way
	}
	return err
}

// start starts a pod's container, or fails so that it is tried again: a volume
// or ServiceAccount that is missing may still come.
func (k *Kubelet) start(ctx context.Context, pod *corev1.Pod) error {
	run, err := k.newRun(ctx, pod)
	if err != nil {
		return fmt.Errorf("pod %s: %w", pod.Name, err)
	}
	k.mu.Lock()
	plan := k.plan
	k.mu.Unlock()
	if plan != nil {
		run.session.SetPlan(plan(run))
	}
	if err := run.start(); err != nil {
		return err
	}
	k.mu.Lock()
	k.runs = append(k.runs, run)
	k.mu.Unlock()
	go k.report(context.WithoutCancel(ctx), run)
	return nil
}

// terminate ends a deleted pod as the kubelet does: a signal, the grace period,
// a kill, the last status, and only then the object goes.
func (k *Kubelet) terminate(ctx context.Context, pod *corev1.Pod, run *Run) error {
	if run == nil {
		return k.remove(ctx, pod)
	}
	grace := int64(corev1.DefaultTerminationGracePeriodSeconds)
	if pod.DeletionGracePeriodSeconds != nil {
		grace = *pod.DeletionGracePeriodSeconds
	}
	run.stop(grace, func() { _ = k.remove(context.WithoutCancel(ctx), pod) })
	return nil
}

func (k *Kubelet) remove(ctx context.Context, pod *corev1.Pod) error {
	return client.IgnoreNotFound(k.client.Delete(ctx, pod, client.GracePeriodSeconds(0), client.Preconditions{UID: &pod.UID}))
}

func (k *Kubelet) folder(pod *corev1.Pod) (string, error) {
	dir := filepath.Join(k.dir, pod.Namespace, pod.Name)
	return dir, os.MkdirAll(dir, 0o755)
}
