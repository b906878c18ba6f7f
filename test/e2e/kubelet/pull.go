package kubelet

import (
	"context"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// nextPull is when a pull that has failed is tried again: at once, where the kubelet's first
// pause is 10 seconds.
const nextPull = 200 * time.Millisecond

// A Puller pulls images of the internal registry, as the runtime of a node does.
type Puller interface {
	// Pulls tells whether an image is to be pulled. All others are there.
	Pulls(image string) bool
	// Pull pulls it on a node, with the contents of the pod's pull secrets.
	Pull(ctx context.Context, node, image string, dockerConfigs [][]byte) error
}

// pull is what the kubelet does with a pod whose image has no program to run: it pulls the
// image until that succeeds or the pod is gone, and says in the pod's status how it goes
// (kubernetes, pkg/kubelet/images/image_manager.go).
func (k *Kubelet) pull(ctx context.Context, pod *corev1.Pod) {
	image := pod.Spec.Containers[0].Image
	for {
		secrets, err := k.pullSecrets(ctx, pod)
		if err == nil {
			err = k.puller.Pull(ctx, pod.Spec.NodeName, image, secrets)
		}
		if err == nil {
			_ = k.patchStatus(ctx, pod, corev1.PodFailed, hasNoProgram(image))
			return
		}
		for _, state := range []*corev1.ContainerStateWaiting{
			{Reason: "ErrImagePull", Message: err.Error()},
			{Reason: "ImagePullBackOff", Message: "Back-off pulling image \"" + image + "\": ErrImagePull: " + err.Error()},
		} {
			if k.patchStatus(ctx, pod, corev1.PodPending, withoutImage(image, state)) != nil {
				return // the pod is gone
			}
			time.Sleep(nextPull)
		}
	}
}

// withoutImage is a container that waits for its image, which so far has no ID.
func withoutImage(image string, why *corev1.ContainerStateWaiting) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: "pull", Image: image, State: corev1.ContainerState{Waiting: why}}
}

// hasNoProgram is the end of a container whose image was pulled and is empty.
func hasNoProgram(image string) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: "pull", Image: image, ImageID: image, State: corev1.ContainerState{
		Terminated: &corev1.ContainerStateTerminated{
			ExitCode: 128, Reason: "StartError", Message: `exec: "/none": stat /none: no such file or directory: unknown`,
		},
	}}
}

func (k *Kubelet) pullSecrets(ctx context.Context, pod *corev1.Pod) ([][]byte, error) {
	var contents [][]byte
	for _, reference := range pod.Spec.ImagePullSecrets {
		secret := &corev1.Secret{}
		key := client.ObjectKey{Namespace: pod.Namespace, Name: reference.Name}
		err := k.reader.Get(ctx, key, secret)
		if apierrors.IsNotFound(err) {
			continue // the kubelet says so in an event, and pulls as nobody
		}
		if err != nil {
			return nil, err
		}
		contents = append(contents, secret.Data[corev1.DockerConfigJsonKey])
	}
	return contents, nil
}

func (k *Kubelet) patchStatus(ctx context.Context, pod *corev1.Pod, phase corev1.PodPhase, container corev1.ContainerStatus) error {
	changed := pod.DeepCopy()
	before := client.MergeFrom(pod.DeepCopy())
	changed.Status.Phase = phase
	changed.Status.ContainerStatuses = []corev1.ContainerStatus{container}
	return k.client.Status().Patch(ctx, changed, before)
}

// startPull begins to pull for a pod, once.
func (k *Kubelet) startPull(ctx context.Context, pod *corev1.Pod) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pulling == nil {
		k.pulling = map[types.UID]bool{}
	}
	if !k.pulling[pod.UID] {
		k.pulling[pod.UID] = true
		go k.pull(context.WithoutCancel(ctx), pod.DeepCopy())
	}
}

// choose is the scheduler's part for a pod that must not share a node with others of its kind:
// the first node that none of them is on, or none.
func (k *Kubelet) choose(ctx context.Context, pod *corev1.Pod) (string, error) {
	affinity := pod.Spec.Affinity
	if affinity == nil || affinity.PodAntiAffinity == nil {
		return NodeName, nil
	}
	term := affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution[0]
	var pods corev1.PodList
	if err := k.reader.List(ctx, &pods, client.InNamespace(pod.Namespace), client.MatchingLabels(term.LabelSelector.MatchLabels)); err != nil {
		return "", err
	}
	for _, node := range Nodes {
		if !slices.ContainsFunc(pods.Items, func(other corev1.Pod) bool { return other.Spec.NodeName == node }) {
			return node, nil
		}
	}
	return "", nil
}

// unschedulable says so in the words of the scheduler.
func (k *Kubelet) unschedulable(ctx context.Context, pod *corev1.Pod) error {
	changed := pod.DeepCopy()
	changed.Status.Conditions = []corev1.PodCondition{{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable,
		Message: "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.",
	}}
	return client.IgnoreNotFound(k.client.Status().Patch(ctx, changed, client.MergeFrom(pod.DeepCopy())))
}
