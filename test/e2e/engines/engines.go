// Package engines declares the table of docs/engines.md: which situations the scenarios put
// each engine into, and what then holds. The scenarios play every cell of it.
package engines

// An Engine delivers the objects of a profile to a cluster.
type Engine struct {
	// Name is what people call it.
	Name string
	// Test is the name of the test that plays its situations, without "Test".
	Test string
}

// The engines, in the order of the table's columns.
var (
	ArgoCD  = Engine{"Argo CD", "ArgoCD"}
	Flux    = Engine{"Flux", "Flux"}
	Kpt     = Engine{"kpt live", "Kpt"}
	Kubectl = Engine{"kubectl", "Kubectl"}
)

// All returns the engines in the order of the table's columns.
func All() []Engine { return []Engine{ArgoCD, Flux, Kpt, Kubectl} }

// Together are situations with more than one engine. They stand below the table.
var Together = Engine{"several engines", "Engines"}

// A Situation is a row of the table: something that a user does or meets.
type Situation struct {
	// Name is that of its scenario, below the engine's Test.
	Name string
	// What happens.
	What string
	// Then is what holds afterwards, whatever the engine.
	Then string
	// Notes say what the user of an engine sees or has to do besides.
	Notes map[Engine]string
	// Without gives the reason why an engine has no such situation.
	Without map[Engine]string
}

// Situations returns the rows of the table. In each, the bucket and its images survive, the
// registry never loses its storage, and no credential is in what the engine keeps.
func Situations() []Situation { return situations }

// Meetings returns the situations with more than one engine.
func Meetings() []Situation { return meetings }

// Prunable are the kinds, as kubectl names them exactly, of what comes and goes with a profile and
// nothing else depends on. With a namespace all would go that is in it. A test holds them to
// the generators, which this package does not know: the command that builds all else needs it.
var Prunable = []string{
	"ServiceAccount",
	"ConfigMap",
	"NetworkPolicy.v1.networking.k8s.io",
	"Role.v1.rbac.authorization.k8s.io",
	"RoleBinding.v1.rbac.authorization.k8s.io",
	"ClusterRole.v1.rbac.authorization.k8s.io",
	"ClusterRoleBinding.v1.rbac.authorization.k8s.io",
	"Job.v1.batch",
	"AlertingRule.v1.monitoring.openshift.io",
	"CronJob.v1.batch",
}

const prune = "[Pruning](#pruning-with-kubectl) removes it."

var situations = []Situation{
	{
		Name: "first-sync",
		What: "The first delivery, to a cluster as installed.",
		Then: "The registry runs on its bucket. An image can be pushed and pulled.",
		Notes: map[Engine]string{
			Kubectl: "It may be given everything at once, in any order: what has no namespace yet is applied the second time.",
		},
	},
	{
		Name: "smoke-test",
		What: "The smoke test, once the registry runs.",
		Then: "It pushes an image, a node pulls it, and the engine is content.",
	},
	{
		Name: "second-sync",
		What: "The same once more.",
		Then: "No object is written.",
		Notes: map[Engine]string{
			Flux: "Applies Config before the Job has run, and writes it once more after the operator has.",
			Kpt:  "As Flux.",
		},
	},
	{
		Name: "change",
		What: "A change of the profile, and that change taken back.",
		Then: "A new Job does what there is to do. The one before is removed, and what the profile has no more.",
		Notes: map[Engine]string{
			Kubectl: "Leaves all that the profile has no more: a Job that is complete does nothing, but a CronJob runs on, " +
				"with its rights. " + prune,
		},
	},
	{
		Name: "taken-down",
		What: "The profile takes the registry down (`managementState: Removed`), and brings it back.",
		Then: "The engine is content with both. Back, the registry has its images.",
		Notes: map[Engine]string{
			ArgoCD: "A volume whose class waits for the first pod has to be bound before: none comes, and the sync waits for " +
				"the volume until `argocd app terminate-op image-registry`.",
		},
	},
	{
		Name: "night-failed",
		What: "The CronJob and the pruner have failed in the night, and a commit mends what they failed of.",
		Then: "The commit is delivered as a whole, with its smoke test, before the next night.",
		Notes: map[Engine]string{
			ArgoCD: "The Application stays Degraded until the CronJob has succeeded: " +
				"`oc create job again --from=cronjob/registry-reconcile -n registry-profile` does not wait for the night. " +
				"For the pruner, read the log of its failed Job and delete that.",
			Flux: "Ready all the same: `doctor` and OpenShift's alerts tell of both.",
		},
		Without: map[Engine]string{Kpt: "looks at neither", Kubectl: "looks at neither"},
	},
	{
		Name: "job-stops",
		What: "The registry has images elsewhere: the Job stops with exit code 3.",
		Then: "Nothing is written. A profile that names what may be left (`leaveStorage`) goes on.",
		Notes: map[Engine]string{
			ArgoCD: "The Application is Degraded, the Job's log says what to do, and Config waits for a Job that succeeds.",
			Flux:   "The Kustomization is not Ready and names the Job. Config is applied beside it, which moves no storage.",
			Kpt: "Ends before the Job does. `kpt live status` shows the failed Job, and the next `kpt live apply` waits for it " +
				"until its own time is over.",
			Kubectl: "Says nothing of the Job: `oc wait` does, and its log. Config is applied beside it, which moves no storage.",
		},
	},
	{
		Name: "job-mended",
		What: "The Job failed because of something outside of Git, which is then mended.",
		Then: "Delete the Job: it is made again, and goes on.",
		Notes: map[Engine]string{
			ArgoCD:  "As long as `syncPolicy.retry` lasts; after that, sync by hand.",
			Kpt:     "Apply again after that.",
			Kubectl: "Apply again after that.",
		},
	},
	{
		Name:  "drift",
		What:  "A field of Config, or a mark of the claim, is changed by hand (without the policies, which refuse the latter).",
		Then:  "It is put back when the engine looks again.",
		Notes: map[Engine]string{Kpt: "When you apply again.", Kubectl: "When you apply again."},
	},
	{
		Name: "storage-drift",
		What: "An administrator moves the registry's storage by hand, and confirms it.",
		Then: "No engine fights over it, as Git does not say what the storage is. Moved back by hand, the images are there.",
	},
	{
		Name: "storage-in-git",
		What: "`spec.storage` was in Git, and now a profile comes.",
		Then: "The registry never moves.",
		Notes: map[Engine]string{
			Flux: "One commit is refused, and changes nothing. It takes " +
				"[two](job.md#when-something-else-owned-the-storage-before).",
			Kpt: "Take `spec.storage` out of the package's Config, and the annotation of kubectl off the live one, as " +
				"[the example](../examples/kpt-live/README.md) says.",
			Kubectl: "Everything but Config first, and Config once the Job is complete.",
		},
	},
	{
		Name: "removed-from-git",
		What: "The profile leaves Git, with pruning on.",
		Then: "Claim, Config, ImagePruner and the policies stay. The Job, its namespace and its rights go.",
		Notes: map[Engine]string{
			Kubectl: "`apply --prune` with the label of the product is refused what the policies guard, and ends with an error.",
		},
	},
	{
		Name: "deleted",
		What: "What delivers the profile is deleted with all that it brought.",
		Then: "Claim, Config, ImagePruner and the policies stay. The Job, its namespace and its rights go.",
		Notes: map[Engine]string{
			ArgoCD:  "The Application, with `resources-finalizer.argocd.argoproj.io` or `.../background`.",
			Flux:    "The Kustomization, with its finalizer.",
			Kpt:     "`kpt live destroy`. Where a volume keeps the images, the ServiceAccount and the namespace stay, without a right.",
			Kubectl: "`oc delete -f` is refused what the policies guard, and ends with an error.",
		},
	},
	{
		Name: "empty-render",
		What: "The render is empty, or fails.",
		Then: "What holds the images stays, and what guards it.",
		Notes: map[Engine]string{
			ArgoCD: "A plugin that is missing fails the build, and nothing is pruned. An exec function without `--enable-exec` " +
				"is left out in silence: use the plugin.",
			Flux: "A folder without the rendered files is one from which the profile was removed.",
			Kpt:  "A render that fails changes no file. A package without the rendered files is one from which the profile was removed.",
		},
		Without: map[Engine]string{Kubectl: "applies nothing"},
	},
	{
		Name: "namespace-deleted",
		What: "Somebody deletes the Job's namespace.",
		Then: "It is made again. The Job runs once more, and writes nothing.",
		Notes: map[Engine]string{
			ArgoCD: "Self-heal can begin while the namespace is still there, and then tries again and again only what was in it: " +
				"`argocd app terminate-op image-registry`, then `argocd app sync image-registry`.",
			Kpt:     "When you apply again.",
			Kubectl: "When you apply again.",
		},
	},
	{
		Name: "rollback",
		What: "A change of the backend is rolled back to the commit before.",
		Then: "The Job stops with exit code 3, as images may have come to the new bucket. With `leaveStorage` for that " +
			"bucket the registry goes back, and finds the images of before.",
		Notes: map[Engine]string{
			Kubectl: "As long as the Job of the commit before is there, which is complete, nothing happens: [prune](#pruning-with-kubectl) first.",
		},
	},
	{
		Name: "upgrade",
		What: "What each earlier version of this product rendered is followed by what the next one renders, up to this one.",
		Then: "The same claim. The Job of each version runs once and writes nothing; what the version before brought and " +
			"this one does not is removed.",
		Notes: map[Engine]string{
			Kubectl: "Leaves what this version has no more. " + prune,
		},
	},
	{
		Name: "odf-later",
		What: "The profile is there before OpenShift Data Foundation has brought its definitions.",
		Then: "It waits, and goes on when they are there.",
		Notes: map[Engine]string{
			ArgoCD:  "As long as `syncPolicy.retry` lasts.",
			Kpt:     "Applies nothing. Apply again after that.",
			Kubectl: "Apply again after that.",
		},
	},
}

var meetings = []Situation{
	{
		Name: "hand-over",
		What: "From Argo CD to Flux, and back.",
		Then: "The registry never moves, and each engine is content in the end.",
	},
	{
		Name: "at-once",
		What: "Argo CD and Flux deliver the same profile.",
		Then: "Neither undoes what the other does.",
	},
}
