package kubelet

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// report keeps the pod's status up to date until the run is over.
func (k *Kubelet) report(ctx context.Context, r *Run) {
	defer close(r.done)
	_ = k.writeStatus(ctx, r, running)
	<-r.ended
	_ = k.writeStatus(ctx, r, terminated)
}

func (k *Kubelet) writeStatus(ctx context.Context, r *Run, set func(*corev1.Pod, *Run)) error {
	return retry.OnError(retry.DefaultBackoff, func(err error) bool { return client.IgnoreNotFound(err) != nil }, func() error {
		pod := r.Pod.DeepCopy()
		before := client.MergeFrom(pod.DeepCopy())
		set(pod, r)
		return k.client.Status().Patch(ctx, pod, before)
	})
}

func running(pod *corev1.Pod, r *Run) {
	started := true
	pod.Status.Phase = corev1.PodRunning
	pod.Status.StartTime = &metav1.Time{Time: r.began}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{status(pod, corev1.ContainerState{
		Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(r.began)},
	})}
	pod.Status.ContainerStatuses[0].Started, pod.Status.ContainerStatuses[0].Ready = &started, true
}

func terminated(pod *corev1.Pod, r *Run) {
	reason := "Completed"
	pod.Status.Phase = corev1.PodSucceeded
	if r.exitCode != 0 {
		reason = "Error"
		pod.Status.Phase = corev1.PodFailed
	}
	pod.Status.StartTime = &metav1.Time{Time: r.began}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{status(pod, corev1.ContainerState{
		Terminated: &corev1.ContainerStateTerminated{
			ExitCode: int32(r.exitCode), Reason: reason, Message: r.terminationMessage(),
			StartedAt: metav1.NewTime(r.began), FinishedAt: metav1.NewTime(time.Now()),
		},
	})}
}

func status(pod *corev1.Pod, state corev1.ContainerState) corev1.ContainerStatus {
	c := pod.Spec.Containers[0]
	return corev1.ContainerStatus{Name: c.Name, Image: c.Image, ImageID: c.Image, ContainerID: "e2e://" + string(pod.UID), State: state}
}
