package imageregistry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// checksum is the annotation of the pod template by which a change of what the
// pods depend on rolls them: pkg/resource/deployment.go:89-97, dependencies.go:34-86.
const checksum = "imageregistry.operator.openshift.io/dependencies-checksum"

// StorageVariable is set in the registry's pods. It stands for the many that the real
// operator derives from spec.storage, and holds all of it as JSON.
const StorageVariable = "REGISTRY_STORAGE"

// applyWorkload makes the Secret and the Deployment: pkg/resource/generator.go:103-128.
func (o *Operator) applyWorkload(ctx context.Context, config *imageregistryv1.Config) error {
	dependencies, err := o.dependencies(ctx, config)
	if err != nil {
		return err
	}
	secret := &corev1.Secret{ObjectMeta: named(private)}
	if _, err := controllerutil.CreateOrUpdate(ctx, o.client, secret, func() error {
		secret.Data = dependencies
		return nil
	}); err != nil {
		return err
	}
	deployment := &appsv1.Deployment{ObjectMeta: named(workload)}
	if _, err := controllerutil.CreateOrUpdate(ctx, o.client, deployment, func() error {
		return shape(deployment, config, dependencies)
	}); err != nil {
		return err
	}
	return o.roll(ctx, deployment)
}

// dependencies are the credentials as the pods get them, pkg/resource/secret.go:49-83,
// and the CA bundle that the operator adds to ConfigMap image-registry-certificates,
// pkg/resource/caconfig.go:163-182.
func (o *Operator) dependencies(ctx context.Context, config *imageregistryv1.Config) (map[string][]byte, error) {
	data := map[string][]byte{}
	if config.Spec.Storage.S3 == nil {
		return data, nil
	}
	secret, cm := &corev1.Secret{}, &corev1.ConfigMap{}
	if err := o.client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: CredentialsName}, secret); err != nil {
		return nil, err
	}
	data["credentials"] = fmt.Appendf(nil, "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", secret.Data[accessKey], secret.Data[secretKey])
	if ca := config.Spec.Storage.S3.TrustedCA.Name; ca != "" {
		if err := o.client.Get(ctx, client.ObjectKey{Namespace: ConfigNamespace, Name: ca}, cm); err != nil {
			return nil, err
		}
		data["storage-ca-bundle.pem"] = []byte(cm.Data[caKey])
	}
	return data, nil
}

func shape(deployment *appsv1.Deployment, config *imageregistryv1.Config, dependencies map[string][]byte) error {
	environment, err := json.Marshal(config.Spec.Storage)
	if err != nil {
		return err
	}
	encoded, err := json.Marshal(dependencies)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(encoded)
	labels := map[string]string{"docker-registry": "default"}
	deployment.Spec.Replicas = ptr.To(config.Spec.Replicas)
	deployment.Spec.Strategy.Type = appsv1.DeploymentStrategyType(config.Spec.RolloutStrategy)
	if deployment.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType {
		deployment.Spec.Strategy.RollingUpdate = nil
	}
	deployment.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels}
	deployment.Spec.Template.Labels = labels
	deployment.Spec.Template.Annotations = map[string]string{checksum: "sha256:" + hex.EncodeToString(sum[:])}
	if len(deployment.Spec.Template.Spec.Containers) == 0 {
		deployment.Spec.Template.Spec.Containers = []corev1.Container{{Name: "registry", Image: "registry"}}
	}
	container := &deployment.Spec.Template.Spec.Containers[0]
	container.Env = []corev1.EnvVar{
		{Name: StorageVariable, Value: string(environment)},
		{Name: "REGISTRY_STORAGE_REDIRECT_DISABLE", Value: fmt.Sprint(config.Spec.DisableRedirect)}, // podtemplatespec.go:240-242
	}
	return nil
}

// roll plays the Deployment controller.
func (o *Operator) roll(ctx context.Context, deployment *appsv1.Deployment) error {
	replicas := ptr.Deref(deployment.Spec.Replicas, 1)
	if s := deployment.Status; s.ObservedGeneration == deployment.Generation && s.AvailableReplicas == replicas {
		return nil
	}
	deployment.Status = appsv1.DeploymentStatus{
		ObservedGeneration: deployment.Generation,
		Replicas:           replicas, UpdatedReplicas: replicas, ReadyReplicas: replicas, AvailableReplicas: replicas,
		Conditions: []appsv1.DeploymentCondition{{Type: appsv1.DeploymentProgressing, Status: corev1.ConditionTrue, Reason: "NewReplicaSetAvailable"}},
	}
	return o.client.Status().Update(ctx, deployment)
}

func (o *Operator) deployment(ctx context.Context) (*appsv1.Deployment, error) {
	deployment := &appsv1.Deployment{}
	err := o.client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: workload}, deployment)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return deployment, err
}
