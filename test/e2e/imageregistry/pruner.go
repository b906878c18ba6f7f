package imageregistry

import (
	"context"
	"reflect"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// syncPruner makes the default ImagePruner where there is none,
// pkg/operator/controllerimagepruner.go:173-212, and sets its conditions. The
// CronJob of the pruner is not made.
func (o *Operator) syncPruner(ctx context.Context) error {
	pruner := &imageregistryv1.ImagePruner{}
	err := o.client.Get(ctx, key, pruner)
	if apierrors.IsNotFound(err) {
		return client.IgnoreAlreadyExists(o.client.Create(ctx, &imageregistryv1.ImagePruner{
			ObjectMeta: metav1.ObjectMeta{Name: instance},
			Spec: imageregistryv1.ImagePrunerSpec{
				Suspend: ptr.To(false), KeepTagRevisions: ptr.To(3), IgnoreInvalidImageReferences: true,
				SuccessfulJobsHistoryLimit: ptr.To[int32](3), FailedJobsHistoryLimit: ptr.To[int32](3),
				LogLevel: operatorv1.Normal,
			},
		}))
	}
	if err != nil {
		return err
	}
	failed, err := o.newestJobFailed(ctx)
	if err != nil {
		return err
	}
	before := pruner.DeepCopy()
	status, reason, message := no, "Complete", "Pruner completed successfully"
	if failed {
		status, reason, message = yes, "JobFailed", "The latest pruning job failed"
	}
	set := func(kind string, status operatorv1.ConditionStatus, reason, message string) {
		pruner.Status.Conditions = withCondition(pruner.Status.Conditions, operatorv1.OperatorCondition{
			Type: kind, Status: status, Reason: reason, Message: message,
		})
	}
	set("Failed", status, reason, message)
	set(operatorv1.OperatorStatusTypeDegraded, status, reason, message)
	// pkg/operator/status.go:136-151 and 176-186.
	set(operatorv1.OperatorStatusTypeAvailable, yes, "Ready", "Pruner CronJob has been created")
	if ptr.Deref(pruner.Spec.Suspend, false) {
		set("Scheduled", no, "Suspended", "The pruner job has been suspended")
	} else {
		set("Scheduled", yes, "Scheduled", "Pruner job has been scheduled")
	}
	if reflect.DeepEqual(before.Status, pruner.Status) {
		return nil
	}
	return o.client.Status().Update(ctx, pruner)
}

// newestJobFailed looks at every Job of the namespace, not only at the
// pruner's: the selector is lost in controllerimagepruner.go:238-244.
func (o *Operator) newestJobFailed(ctx context.Context) (bool, error) {
	var jobs batchv1.JobList
	if err := o.client.List(ctx, &jobs, client.InNamespace(Namespace)); err != nil {
		return false, err
	}
	var newest *batchv1.Job
	for i := range jobs.Items {
		if job := &jobs.Items[i]; len(job.Status.Conditions) > 0 && (newest == nil || newest.CreationTimestamp.Before(&job.CreationTimestamp)) {
			newest = job
		}
	}
	if newest == nil {
		return false, nil
	}
	for _, c := range newest.Status.Conditions {
		if c.Type == batchv1.JobFailed && c.Status == "True" {
			return true, nil
		}
	}
	return false, nil
}
