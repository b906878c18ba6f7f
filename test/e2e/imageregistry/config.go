package imageregistry

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"

	imageregistryv1 "github.com/openshift/api/imageregistry/v1"
	operatorv1 "github.com/openshift/api/operator/v1"
	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var key = client.ObjectKey{Name: instance}

// permanentError is not tried again before something changes: pkg/operator/controller.go:223.
type permanentError struct {
	reason string
	error
}

// bootstrap makes the Config of a new bare-metal cluster: pkg/operator/bootstrap.go:64-110,
// pkg/storage/storage.go:176-184.
func (o *Operator) bootstrap(ctx context.Context) error {
	return client.IgnoreAlreadyExists(o.client.Create(ctx, &imageregistryv1.Config{
		ObjectMeta: metav1.ObjectMeta{Name: instance, Finalizers: []string{Finalizer}},
		Spec: imageregistryv1.ImageRegistrySpec{
			OperatorSpec:    operatorv1.OperatorSpec{ManagementState: operatorv1.Removed, LogLevel: operatorv1.Normal, OperatorLogLevel: operatorv1.Normal},
			Replicas:        1,
			RolloutStrategy: string(appsv1.RollingUpdateDeploymentStrategyType),
		},
	}))
}

// syncConfig follows pkg/operator/controller.go:256-379: the Config is read from
// the API server, worked on in memory, and written back as a whole.
func (o *Operator) syncConfig(ctx context.Context) error {
	config := &imageregistryv1.Config{}
	err := o.client.Get(ctx, key, config)
	if apierrors.IsNotFound(err) {
		return o.bootstrap(ctx)
	}
	if err != nil {
		return err
	}
	if config.DeletionTimestamp != nil {
		return o.finalize(ctx, config)
	}
	before := config.DeepCopy()
	applyErr := o.apply(ctx, config)
	deployment, err := o.deployment(ctx)
	if err != nil {
		return err
	}
	o.setConditions(config, deployment, applyErr)
	if err := o.writeSpec(ctx, before, config); err != nil {
		return err
	}
	if err := o.writeStatus(ctx, before, config); err != nil {
		return err
	}
	var permanent permanentError
	if errors.As(applyErr, &permanent) {
		return nil
	}
	return applyErr
}

// apply does what managementState asks for. Force is accepted by the API and
// ignored here: pkg/operator/controller.go:282-291.
func (o *Operator) apply(ctx context.Context, config *imageregistryv1.Config) error {
	switch config.Spec.ManagementState {
	case operatorv1.Removed:
		return o.remove(ctx, config)
	case operatorv1.Managed:
		return o.createOrUpdate(ctx, config)
	default:
		return nil
	}
}

// createOrUpdate follows pkg/operator/controller.go:215-235.
func (o *Operator) createOrUpdate(ctx context.Context, config *imageregistryv1.Config) error {
	if !slices.Contains(config.Finalizers, Finalizer) {
		config.Finalizers = append(config.Finalizers, Finalizer)
	}
	if err := verify(config); err != nil {
		return permanentError{"VerificationFailed", fmt.Errorf("unable to complete resource: %w", err)}
	}
	// pkg/operator/complete.go:46-57
	if config.Spec.HTTPSecret == "" {
		config.Spec.HTTPSecret = newHTTPSecret()
	}
	err := o.applyStorage(ctx, config)
	if errors.Is(err, errNotConfigured) {
		return permanentError{"StorageNotConfigured", err}
	}
	if err != nil {
		return err
	}
	if err := o.applyWorkload(ctx, config); err != nil {
		return fmt.Errorf("unable to apply objects: %w", err)
	}
	return nil
}

func newHTTPSecret() string {
	var secret [64]byte
	_, _ = rand.Read(secret[:])
	return hex.EncodeToString(secret[:])
}

// verify follows pkg/operator/complete.go:20-45.
func verify(config *imageregistryv1.Config) error {
	if config.Spec.Replicas < 0 {
		return errors.New("replicas must be greater than or equal to 0")
	}
	names := map[string]bool{"default-route": true}
	for _, route := range config.Spec.Routes {
		if names[route.Name] {
			return errors.New("duplication of names has been detected in the additional routes")
		}
		names[route.Name] = true
	}
	return nil
}

// writeSpec is the operator's dangerous write, pkg/operator/controller.go:317-340
// ("FIXME: Here be dragons. The operator can accidentally lose user-provided
// configuration."): the whole spec as it was read at the start goes on top of
// whatever is there by now; only managementState is taken from there.
func (o *Operator) writeSpec(ctx context.Context, before, config *imageregistryv1.Config) error {
	metadataChanged := !reflect.DeepEqual(before.Finalizers, config.Finalizers)
	specChanged := !reflect.DeepEqual(before.Spec, config.Spec)
	if !metadataChanged && !specChanged {
		return nil
	}
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		fresh := &imageregistryv1.Config{}
		if err := o.cache.Get(ctx, key, fresh); err != nil {
			return err
		}
		fresh = fresh.DeepCopy()
		if metadataChanged {
			fresh.ObjectMeta = *config.ObjectMeta.DeepCopy()
		}
		if specChanged {
			overwriteSpec(fresh, config)
		}
		if err := o.client.Update(ctx, fresh); err != nil {
			return err
		}
		config.ResourceVersion = fresh.ResourceVersion
		return nil
	})
}

func overwriteSpec(fresh, stale *imageregistryv1.Config) {
	state := fresh.Spec.ManagementState
	fresh.Spec = *stale.Spec.DeepCopy()
	fresh.Spec.ManagementState = state
}

// writeStatus: pkg/operator/controller.go:346-371. The generation is that of
// the Config as it was read.
func (o *Operator) writeStatus(ctx context.Context, before, config *imageregistryv1.Config) error {
	config.Status.ObservedGeneration = config.Generation
	if reflect.DeepEqual(before.Status, config.Status) {
		return nil
	}
	return o.client.Status().Update(ctx, config.DeepCopy())
}

// StaleWrite reads the Config now and returns the write with which a slow sync
// of the operator would end: call it later, and what has changed in between is
// lost, except managementState. Only a sync that changes something writes, so
// this one finds httpSecret to be missing.
func (o *Operator) StaleWrite(ctx context.Context) (land func() error, err error) {
	stale := &imageregistryv1.Config{}
	if err := o.client.Get(ctx, key, stale); err != nil {
		return nil, err
	}
	stale.Spec.HTTPSecret = newHTTPSecret()
	return func() error {
		return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
			fresh := &imageregistryv1.Config{}
			if err := o.client.Get(ctx, key, fresh); err != nil {
				return err
			}
			overwriteSpec(fresh, stale)
			return o.client.Update(ctx, fresh)
		})
	}, nil
}
