package imageregistry

import (
	"context"
	"reflect"

	configv1 "github.com/openshift/api/config/v1"
	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// syncClusterOperator sums up the conditions of Config and ImagePruner, the
// latter's only as far as it is degraded: pkg/resource/clusteroperator.go:100-240.
func (o *Operator) syncClusterOperator(ctx context.Context) error {
	config, pruner := &imageregistryv1.Config{}, &imageregistryv1.ImagePruner{}
	if err := o.client.Get(ctx, key, config); err != nil {
		return client.IgnoreNotFound(err)
	}
	if err := client.IgnoreNotFound(o.client.Get(ctx, key, pruner)); err != nil {
		return err
	}
	co := &configv1.ClusterOperator{}
	err := o.client.Get(ctx, client.ObjectKey{Name: workload}, co)
	if apierrors.IsNotFound(err) {
		co = &configv1.ClusterOperator{ObjectMeta: metav1.ObjectMeta{Name: workload}}
		err = o.client.Create(ctx, co)
	}
	if err != nil {
		return err
	}
	before := co.DeepCopy()
	for _, kind := range []string{operatorv1.OperatorStatusTypeAvailable, operatorv1.OperatorStatusTypeProgressing} {
		setClusterCondition(co, kind, condition(config, kind))
	}
	setClusterCondition(co, operatorv1.OperatorStatusTypeDegraded, degraded(config, pruner))
	if reflect.DeepEqual(before.Status, co.Status) {
		return nil
	}
	return o.client.Status().Update(ctx, co)
}

func degraded(config *imageregistryv1.Config, pruner *imageregistryv1.ImagePruner) operatorv1.OperatorCondition {
	own := condition(config, operatorv1.OperatorStatusTypeDegraded)
	for _, c := range pruner.Status.Conditions {
		if c.Type == operatorv1.OperatorStatusTypeDegraded && c.Status == yes && own.Status != yes {
			c.Reason, c.Message = "ImagePruner"+c.Reason, "ImagePrunerDegraded: "+c.Message
			return c
		}
	}
	return own
}

func setClusterCondition(co *configv1.ClusterOperator, kind string, c operatorv1.OperatorCondition) {
	if c.Status == "" {
		return
	}
	fresh := configv1.ClusterOperatorStatusCondition{
		Type: configv1.ClusterStatusConditionType(kind), Status: configv1.ConditionStatus(c.Status),
		Reason: c.Reason, Message: c.Message, LastTransitionTime: c.LastTransitionTime,
	}
	if fresh.Reason == "" {
		fresh.Reason = "AsExpected"
	}
	for i := range co.Status.Conditions {
		if co.Status.Conditions[i].Type == fresh.Type {
			co.Status.Conditions[i] = fresh
			return
		}
	}
	co.Status.Conditions = append(co.Status.Conditions, fresh)
}
