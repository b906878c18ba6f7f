// Package imageregistry stands in for OpenShift's cluster-image-registry-operator:
// it answers to Config, ImagePruner and the objects around them as the operator
// does on a bare-metal cluster. Each behaviour names where it was read, by path
// and line of openshift/cluster-image-registry-operator at 02bb5c2c.
//
// It makes no Service, Routes, PodDisruptionBudget or RBAC, and the Deployment
// that it makes has no pods: its status says at once that the rollout is complete.
// It never empties a bucket; it records that the operator
// would have, see ImageLosses.
package imageregistry

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"sync"
	"time"

	configv1 "github.com/openshift/api/config/v1"
	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

const (
	// Namespace is the registry's.
	Namespace = "openshift-image-registry"
	// ConfigNamespace is where trustedCA is looked for: pkg/storage/s3/s3.go:235.
	ConfigNamespace = "openshift-config"
	// CredentialsName is the user's Secret: pkg/storage/s3/s3.go:199.
	CredentialsName = "image-registry-private-configuration-user"
	// UserName is that of the operator's ServiceAccount: manifests/03-sa.yaml and 07-operator.yaml.
	UserName = "system:serviceaccount:" + Namespace + ":cluster-image-registry-operator"
	// FieldManager is the name under which the operator's writes stand in managedFields.
	FieldManager = "cluster-image-registry-operator"
	// Finalizer is on every Config: pkg/defaults/defaults.go.
	Finalizer = "imageregistry.operator.openshift.io/finalizer"

	instance = "cluster"
	workload = "image-registry"
	private  = "image-registry-private-configuration"
)

// Dial connects the operator to the S3 endpoints.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// An Operator is a running stand-in.
type Operator struct {
	client client.Client // writes as FieldManager; reads from the API server
	cache  client.Reader // may lag, as the operator's listers do
	dial   Dial
	system *x509.CertPool // the CAs that are trusted without trustedCA
	wake   chan event.GenericEvent

	mu          sync.Mutex
	active      bool
	inertia     time.Duration
	imageLosses []string
	syncing     sync.Mutex
}

// New adds an operator to the manager, whose system trusts the given CAs. It does nothing
// before Start.
func New(mgr ctrl.Manager, dial Dial, system *x509.CertPool) (*Operator, error) {
	// It may do everything, as nothing here gives it its Roles. Its name is the real one.
	config := rest.CopyConfig(mgr.GetConfig())
	config.Impersonate = rest.ImpersonationConfig{UserName: UserName, Groups: []string{"system:masters"}}
	api, err := client.New(config, client.Options{Scheme: mgr.GetScheme(), Mapper: mgr.GetRESTMapper()})
	if err != nil {
		return nil, err
	}
	o := &Operator{
		client: client.WithFieldOwner(api, FieldManager), cache: mgr.GetClient(), dial: dial, system: system,
		wake:    make(chan event.GenericEvent, 1),
		inertia: 5 * time.Minute, // unavailableDegradedInertia, pkg/operator/status.go:24
	}
	return o, o.watch(mgr)
}

// watch reacts to what the operator reacts to: pkg/operator/controller.go:110-200
// and, for Jobs, controllerimagepruner.go:238-244.
func (o *Operator) watch(mgr ctrl.Manager) error {
	unchecked := true
	one := handler.EnqueueRequestsFromMapFunc(func(context.Context, client.Object) []reconcile.Request {
		return []reconcile.Request{{}}
	})
	in := func(namespace string) predicate.Predicate {
		return predicate.NewPredicateFuncs(func(o client.Object) bool { return o.GetNamespace() == namespace })
	}
	b := ctrl.NewControllerManagedBy(mgr).Named("image-registry-operator").
		WithOptions(controller.Options{
			SkipNameValidation: &unchecked,
			RateLimiter:        workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](20*time.Millisecond, time.Second),
		}).
		Watches(&imageregistryv1.Config{}, one).
		Watches(&imageregistryv1.ImagePruner{}, one).
		Watches(&configv1.ClusterOperator{}, one).
		WatchesRawSource(source.Channel(o.wake, one))
	for _, own := range []client.Object{&corev1.Secret{}, &appsv1.Deployment{}, &batchv1.Job{}, &corev1.PersistentVolumeClaim{}} {
		b = b.Watches(own, one, builder.WithPredicates(in(Namespace)))
	}
	return b.Watches(&corev1.ConfigMap{}, one, builder.WithPredicates(in(ConfigNamespace))).Complete(o)
}

// Start makes the operator work: it begins with a Config if there is none.
func (o *Operator) Start() {
	o.mu.Lock()
	o.active = true
	o.mu.Unlock()
	o.nudge()
}

// Stop makes the operator stop, waits until it has, and forgets ImageLosses.
func (o *Operator) Stop() {
	o.mu.Lock()
	o.active, o.imageLosses = false, nil
	o.mu.Unlock()
	o.syncing.Lock()
	defer o.syncing.Unlock()
}

// ImageLosses are the times that the real operator would have deleted images.
func (o *Operator) ImageLosses() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.imageLosses...)
}

func (o *Operator) recordLoss(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.imageLosses = append(o.imageLosses, what)
}

func (o *Operator) nudge() {
	select {
	case o.wake <- event.GenericEvent{Object: &imageregistryv1.Config{}}:
	default:
	}
}

func (o *Operator) isActive() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.active
}

// Reconcile looks at everything.
func (o *Operator) Reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	o.syncing.Lock()
	defer o.syncing.Unlock()
	if !o.isActive() {
		return reconcile.Result{}, nil
	}
	err := errors.Join(o.syncConfig(ctx), o.syncPruner(ctx))
	return reconcile.Result{}, errors.Join(err, o.syncClusterOperator(ctx))
}
