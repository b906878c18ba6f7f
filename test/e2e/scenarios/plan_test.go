package scenarios

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/registryprofile/registry-profile/cluster/plan"
	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

// TestPlan says before each delivery what it then does.
func TestPlan(t *testing.T) {
	s := runner.Start(t)
	objects := s.Render("{}")
	p, code := s.Foresee("{}")
	require.Zero(t, code)
	require.Len(t, p.Objects, len(objects))
	require.Len(t, p.Job.Waits, 1, "the claim comes with the profile")
	require.Len(t, p.Job.Writes, 3)

	s.RequireComplete(s.Bootstrap(objects))
	s.Apply("argocd-controller", objects.After())
	awaitObserved(s)
	p, code = s.Foresee("{}")
	require.Zero(t, code)
	for _, object := range p.Objects {
		require.Equal(t, plan.Same, object.Action, "%+v", object)
	}
	require.Empty(t, p.Job.Waits)
	require.Empty(t, p.Job.Writes)
	require.Empty(t, p.Restarts)
	require.Equal(t, plan.JobComplete, p.Job.State)
	require.Equal(t, "the CronJob", p.Job.Runs)
	require.Empty(t, p.Leftovers)
	require.Empty(t, p.LeftoversUnseen)

	p, code = s.Foresee("{storage: {noobaa: {}}}")
	require.Equal(t, 1, code)
	require.Equal(t, 3, p.Job.Exit)
	require.Contains(t, p.Job.Advice, s.RegistryConfig().Spec.Storage.S3.Bucket)
	left := map[string]bool{}
	for _, l := range p.Leftovers {
		kind, _, _ := strings.Cut(l.Name, " ")
		left[kind] = l.Kept
	}
	require.Equal(t, map[string]bool{"Job": false, "ObjectBucketClaim": true}, left)
	content, err := json.Marshal(p)
	require.NoError(t, err)
	require.False(t, holds(content, credentialsOf(s)))
}

// TestFixedFields: a real API server refuses the changes that plan says it refuses, and takes the
// one that no provisioner heeds.
func TestFixedFields(t *testing.T) {
	s := runner.Start(t, runner.WithoutOperator)
	for name, c := range map[string]struct {
		spec, kind string
		path       []string
		value      any
		takes      bool
	}{
		"script":        {"{}", "ConfigMap", []string{"data", "bootstrap.sh"}, "exit 0", false},
		"template":      {"{}", "Job", []string{"spec", "template", "spec", "serviceAccountName"}, "other", false},
		"policy":        {"{}", "Job", []string{"spec", "podFailurePolicy"}, nil, false},
		"deadline":      {"{}", "Job", []string{"spec", "activeDeadlineSeconds"}, int64(9), true},
		"role":          {"{}", "RoleBinding", []string{"roleRef", "name"}, "other", false},
		"cluster role":  {"{}", "ClusterRoleBinding", []string{"roleRef", "name"}, "other", false},
		"volume class":  {"{storage: {cephfs: {}}}", "PersistentVolumeClaim", []string{"spec", "storageClassName"}, "other", false},
		"unbound size":  {"{storage: {cephfs: {}}}", "PersistentVolumeClaim", []string{"spec", "resources", "requests", "storage"}, "1Ti", false},
		"bucket's name": {"{}", "ObjectBucketClaim", []string{"spec", "generateBucketName"}, "other", true},
	} {
		objects := s.Render(c.spec)
		object := objects.Of(c.kind)[0]
		require.NoError(t, s.ApplyOne("argocd-controller", objects.Of("Namespace")[0]))
		require.NoError(t, s.ApplyOne("argocd-controller", object), name)
		err := retry.RetryOnConflict(retry.DefaultRetry, func() error { // the Job's controller writes, too
			live := object.DeepCopy()
			require.NoError(t, s.Client.Get(s.Ctx, client.ObjectKeyFromObject(object), live))
			if c.value == nil {
				unstructured.RemoveNestedField(live.Object, c.path...)
			} else {
				require.NoError(t, unstructured.SetNestedField(live.Object, c.value, c.path...))
			}
			return s.Client.Update(s.Ctx, live, client.DryRunAll)
		})
		if c.takes {
			require.NoError(t, err, name)
			continue
		}
		require.True(t, apierrors.IsInvalid(err) || apierrors.IsForbidden(err), "%s: %v", name, err)
	}
}
