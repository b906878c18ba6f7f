package scenarios

import (
	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	routev1 "github.com/openshift/api/route/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/test/e2e/cluster"
	"github.com/registryprofile/registry-profile/test/e2e/imageregistry"
)

// settings is what a profile says about objects of Kubernetes' own, read as the operator
// reads it.
type settings struct {
	Registry  imageregistryv1.ImageRegistrySpec `json:"registry"`
	Pruner    imageregistryv1.ImagePrunerSpec   `json:"pruner"`
	Bootstrap struct {
		Resources        *corev1.ResourceRequirements  `json:"resources"`
		NodeSelector     map[string]string             `json:"nodeSelector"`
		Tolerations      []corev1.Toleration           `json:"tolerations"`
		ImagePullSecrets []corev1.LocalObjectReference `json:"imagePullSecrets"`
		Reconcile        struct {
			Schedule string `json:"schedule"`
		} `json:"reconcile"`
	} `json:"bootstrap"`
	Storage struct {
		CephFS *struct {
			Size resource.Quantity `json:"size"`
		} `json:"cephfs"`
	} `json:"storage"`
}

// objects returns what the operator makes of the settings, and what is rendered of them.
func (p settings) objects() []client.Object {
	registry := p.Registry
	if registry.Replicas == 0 {
		registry.Replicas = 2
	}
	objects := append(routesOf(registry), deploymentOf(registry), cronJobOf(p.Pruner))
	if schedule := p.Bootstrap.Reconcile.Schedule; schedule != "" {
		objects = append(objects, cronJobOf(imageregistryv1.ImagePrunerSpec{Schedule: schedule}))
	}
	if volume := p.Storage.CephFS; volume != nil {
		objects = append(objects, &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Name: "dry-run", Namespace: imageregistry.Namespace},
			Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany},
				Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: volume.Size}},
			},
		})
	}
	return objects
}

// job returns a Job with the settings of the profile's.
func (p settings) job() *batchv1.Job {
	b := p.Bootstrap
	spec := podOf(b.Resources, b.NodeSelector, b.Tolerations, nil)
	spec.RestartPolicy, spec.ImagePullSecrets = corev1.RestartPolicyNever, b.ImagePullSecrets
	return &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: "dry-run", Namespace: cluster.RegistryNamespace},
		Spec:       batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: spec}},
	}
}

// podOf returns a pod with settings of a profile.
func podOf(resources *corev1.ResourceRequirements, nodeSelector map[string]string, tolerations []corev1.Toleration,
	affinity *corev1.Affinity,
) corev1.PodSpec {
	return corev1.PodSpec{
		Containers:   []corev1.Container{{Name: "dry-run", Image: "dry-run", Resources: ptr.Deref(resources, corev1.ResourceRequirements{})}},
		NodeSelector: nodeSelector, Tolerations: tolerations, Affinity: affinity,
	}
}

// deploymentOf returns the registry's Deployment, as pkg/resource/deployment.go and
// podtemplatespec.go of the operator make it.
func deploymentOf(spec imageregistryv1.ImageRegistrySpec) client.Object {
	labels := map[string]string{"docker-registry": "default"}
	nodeSelector := map[string]string{"kubernetes.io/os": "linux"}
	for key, value := range spec.NodeSelector {
		nodeSelector[key] = value
	}
	pod := podOf(spec.Resources, nodeSelector, spec.Tolerations, spec.Affinity)
	pod.TopologySpreadConstraints = spec.TopologySpreadConstraints
	strategy := appsv1.DeploymentStrategyType(spec.RolloutStrategy)
	if strategy == "" {
		strategy = appsv1.RollingUpdateDeploymentStrategyType
	}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "dry-run", Namespace: imageregistry.Namespace},
		Spec: appsv1.DeploymentSpec{
			Replicas: ptr.To(spec.Replicas),
			Strategy: appsv1.DeploymentStrategy{Type: strategy},
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: pod},
		},
	}
}

// cronJobOf returns the pruner's CronJob, as pkg/resource/prunercronjob.go of the operator
// makes it.
func cronJobOf(spec imageregistryv1.ImagePrunerSpec) client.Object {
	pod := podOf(spec.Resources, spec.NodeSelector, spec.Tolerations, spec.Affinity)
	pod.RestartPolicy = corev1.RestartPolicyNever
	schedule := spec.Schedule
	if schedule == "" {
		schedule = "0 0 * * *"
	}
	return &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Name: "dry-run", Namespace: imageregistry.Namespace},
		Spec: batchv1.CronJobSpec{
			Schedule: schedule, Suspend: spec.Suspend,
			SuccessfulJobsHistoryLimit: spec.SuccessfulJobsHistoryLimit, FailedJobsHistoryLimit: spec.FailedJobsHistoryLimit,
			JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: pod}}},
		},
	}
}

// routesOf returns the additional Routes, as pkg/resource/route.go of the operator makes
// them.
func routesOf(spec imageregistryv1.ImageRegistrySpec) []client.Object {
	var routes []client.Object
	for _, r := range spec.Routes {
		routes = append(routes, &routev1.Route{
			ObjectMeta: metav1.ObjectMeta{Name: r.Name, Namespace: imageregistry.Namespace},
			Spec: routev1.RouteSpec{
				Host: r.Hostname, To: routev1.RouteTargetReference{Kind: "Service", Name: "image-registry"},
			},
		})
	}
	return routes
}
