package imageregistry

import (
	"errors"
	"fmt"
	"time"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	yes      = operatorv1.ConditionTrue
	no       = operatorv1.ConditionFalse
	ready    = "The registry is ready"
	removed  = "The registry is removed"
	handsOff = "The registry configuration is set to unmanaged mode"
)

// setConditions follows pkg/operator/status.go:243-420.
func (o *Operator) setConditions(config *imageregistryv1.Config, deployment *appsv1.Deployment, applyErr error) {
	o.setAvailable(config, deployment, applyErr)
	o.setProgressing(config, deployment, applyErr)
	o.setDegraded(config, deployment, applyErr)
	status, reason, message := no, "", ""
	if config.Spec.ManagementState == operatorv1.Removed {
		status, reason, message = yes, "Removed", removed
	}
	setCondition(config, "Removed", status, reason, message)
	config.Status.ReadyReplicas = 0
	if deployment != nil {
		config.Status.ReadyReplicas = deployment.Status.ReadyReplicas
	}
}

// setAvailable: 249-287.
func (o *Operator) setAvailable(config *imageregistryv1.Config, deployment *appsv1.Deployment, applyErr error) {
	set := func(status operatorv1.ConditionStatus, reason, message string) {
		setCondition(config, operatorv1.OperatorStatusTypeAvailable, status, reason, message)
	}
	var permanent permanentError
	switch {
	case config.Spec.ManagementState == operatorv1.Unmanaged:
		set(yes, "Unmanaged", handsOff)
	case deployment == nil && errors.As(applyErr, &permanent):
		set(no, permanent.reason, fmt.Sprintf("Error: %s", applyErr))
	case deployment == nil && config.Spec.ManagementState == operatorv1.Removed:
		set(yes, "Removed", removed)
	case deployment == nil:
		set(no, "DeploymentNotFound", "The deployment does not exist")
	case deployment.Status.AvailableReplicas == 0:
		set(no, "NoReplicasAvailable", "The deployment does not have available replicas")
	case deployment.Status.AvailableReplicas != deployment.Status.Replicas:
		set(yes, "MinimumAvailability", "The registry has minimum availability")
	default:
		set(yes, "Ready", ready)
	}
}

// setProgressing: 291-335.
func (o *Operator) setProgressing(config *imageregistryv1.Config, deployment *appsv1.Deployment, applyErr error) {
	set := func(status operatorv1.ConditionStatus, reason, message string) {
		setCondition(config, operatorv1.OperatorStatusTypeProgressing, status, reason, message)
	}
	var permanent permanentError
	switch {
	case config.Spec.ManagementState == operatorv1.Unmanaged:
		set(no, "Unmanaged", handsOff)
	case config.Spec.ManagementState == operatorv1.Removed && deployment != nil:
		set(yes, "DeletingDeployment", "The deployment is being removed")
	case config.Spec.ManagementState == operatorv1.Removed:
		set(no, "Removed", "All registry resources are removed")
	case errors.As(applyErr, &permanent):
		set(no, "Error", fmt.Sprintf("Unable to apply resources: %s", applyErr))
	case applyErr != nil:
		set(yes, "Error", fmt.Sprintf("Unable to apply resources: %s", applyErr))
	case deployment == nil:
		set(yes, "WaitingForDeployment", "All resources are successfully applied, but the deployment does not exist")
	case !complete(deployment):
		set(yes, "DeploymentNotCompleted", "The deployment has not completed")
	default:
		set(no, "Ready", ready)
	}
}

// setDegraded: 338-395. Being unavailable counts after a while only.
func (o *Operator) setDegraded(config *imageregistryv1.Config, deployment *appsv1.Deployment, applyErr error) {
	set := func(status operatorv1.ConditionStatus, reason, message string) {
		setCondition(config, operatorv1.OperatorStatusTypeDegraded, status, reason, message)
	}
	var permanent permanentError
	available := condition(config, operatorv1.OperatorStatusTypeAvailable)
	switch {
	case config.Spec.ManagementState == operatorv1.Unmanaged:
		set(no, "Unmanaged", handsOff)
	case errors.As(applyErr, &permanent):
		set(yes, permanent.reason, fmt.Sprintf("Error: %s", applyErr))
	case config.Spec.ManagementState == operatorv1.Removed:
		set(no, "Removed", removed)
	case available.Status != yes && time.Since(available.LastTransitionTime.Time) > o.inertia:
		set(yes, "Unavailable", available.Message)
	default:
		set(no, "", "")
	}
}

func complete(deployment *appsv1.Deployment) bool {
	return deployment.Status.ObservedGeneration == deployment.Generation && len(deployment.Status.Conditions) > 0
}

func condition(config *imageregistryv1.Config, kind string) operatorv1.OperatorCondition {
	for _, c := range config.Status.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return operatorv1.OperatorCondition{}
}

func setCondition(config *imageregistryv1.Config, kind string, status operatorv1.ConditionStatus, reason, message string) {
	config.Status.Conditions = withCondition(config.Status.Conditions, operatorv1.OperatorCondition{Type: kind, Status: status, Reason: reason, Message: message})
}

// withCondition keeps the time of the last change of status: pkg/operator/status.go:28-62.
func withCondition(conditions []operatorv1.OperatorCondition, c operatorv1.OperatorCondition) []operatorv1.OperatorCondition {
	c.LastTransitionTime = metav1.Now().Rfc3339Copy()
	for i, old := range conditions {
		if old.Type != c.Type {
			continue
		}
		if old.Status == c.Status {
			c.LastTransitionTime = old.LastTransitionTime
		}
		conditions[i] = c
		return conditions
	}
	return append(conditions, c)
}
