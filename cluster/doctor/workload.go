package doctor

import (
	"iter"
	"slices"
	"strings"

	kptfn "github.com/kptdev/krm-functions-sdk/go/fn"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/registryprofile/registry-profile/cluster"
)

type containerStatus struct {
	Name  string `json:"name"`
	Image string `json:"image"`
	State struct {
		Waiting struct {
			Reason  string `json:"reason"`
			Message string `json:"message"`
		} `json:"waiting"`
		Terminated terminated `json:"terminated"`
	} `json:"state"`
}

type terminated struct {
	ExitCode int    `json:"exitCode"`
	Message  string `json:"message"`
}

type pod struct {
	Status struct {
		Phase      string            `json:"phase"`
		Conditions []condition       `json:"conditions"`
		Init       []containerStatus `json:"initContainerStatuses"`
		Containers []containerStatus `json:"containerStatuses"`
	} `json:"status"`
}

// lookAtStart tells why a pod does not start, where that does not pass by itself. What cannot be
// pulled is left out on demand: another check says where its image should come from.
func (e *exam) lookAtStart(p item[pod], withPull bool) {
	if placed := conditionOf(p.value.Status.Conditions, "PodScheduled"); placed.Status == "False" {
		e.found(p.Object, "status.conditions", "is on no node: %s", placed.says())
	}
	for field, containers := range p.value.containers() {
		for _, c := range containers {
			waiting := c.State.Waiting
			if slices.Contains(stuck, waiting.Reason) && (withPull || !isPull(waiting.Reason)) {
				e.found(p.Object, field, "%s waits with %s%s", c.Name, waiting.Reason, after(": ", waiting.Message))
			}
		}
	}
}

// containers are all containers of a pod, in the order in which they start.
func (p pod) containers() iter.Seq2[string, []containerStatus] {
	return func(yield func(string, []containerStatus) bool) {
		_ = yield("status.initContainerStatuses", p.Status.Init) && yield("status.containerStatuses", p.Status.Containers)
	}
}

type node struct {
	Spec struct {
		Taints []struct {
			Key    string `json:"key"`
			Effect string `json:"effect"`
		} `json:"taints"`
	} `json:"spec"`
	Status struct {
		Conditions []condition `json:"conditions"`
	} `json:"status"`
}

type deployment struct {
	Status struct {
		Ready int `json:"readyReplicas"`
	} `json:"status"`
}

// registryPods are the pods that serve images.
func (e *exam) registryPods() []item[pod] {
	pods, _ := list[pod](e, cluster.Pods, registryNamespace)
	return slices.DeleteFunc(pods, func(p item[pod]) bool { return p.Metadata.Labels["docker-registry"] != "default" })
}

// stuck are the reasons for which a container waits and that do not pass by themselves.
var stuck = []string{
	"CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "CreateContainerConfigError",
	"CreateContainerError", "RunContainerError",
}

var workloadChecks = []Check{
	{
		Code: "registry-pods", Severity: kptfn.Error, Looks: "Deployment image-registry",
		Why: "Without a pod that is ready nobody can push or pull.",
		Fix: "Find out why: oc describe deployment and pods in " + registryNamespace + ".",
		look: func(e *exam) {
			c, _ := e.config()
			if c == nil || c.Spec.ManagementState == "Removed" {
				return
			}
			d, o, present, absent := read[deployment](e, cluster.Deployments, registryNamespace, registryName)
			switch {
			case absent:
				e.found(o, "", "is not there")
			case present && d.Status.Ready == 0:
				e.found(o, "status.readyReplicas", "has no pod that is ready")
			}
		},
	},
	{
		Code: "registry-pod-stuck", Severity: kptfn.Error, Looks: "the registry's pods and their containers",
		Why: "A pod that is on no node, or whose container does not start or ends again and again, does not serve.",
		Fix: "Mend what the message says; of a container that has ended, read the log: oc logs, with --previous.",
		look: func(e *exam) {
			for _, p := range e.registryPods() {
				e.lookAtStart(p, true)
			}
		},
	},
	{
		Code: "replicas-nodes", Severity: kptfn.Warning, Looks: "spec.replicas of Config, and the nodes", Trap: "T28",
		Why:  "Of two replicas the operator never places both on one node: one waits for the node that is missing.",
		Fix:  "Add a node for pods, or set spec.registry.replicas: 1 in the profile as long as there is one.",
		look: lookAtNodes,
	},
	{
		Code: "replicas-one", Severity: kptfn.Warning, Looks: "spec.replicas of Config", Trap: "T28",
		Why: "With one pod every rollout and every drain of its node takes the registry away.",
		Fix: "Set spec.registry.replicas: 2 where the storage can serve several pods.",
		look: func(e *exam) {
			c, o := e.config()
			shared := c != nil && c.storage.PVC == nil && c.storage.EmptyDir == nil
			if shared && c.replicas() == 1 && c.isManaged() && e.hasSeveralNodes() {
				e.found(o, "spec.replicas", "is 1")
			}
		},
	},
	{
		Code: "registry-network", Severity: kptfn.Error, Looks: "the NetworkPolicies in " + registryNamespace, Trap: "T3",
		Why:  "The registry has to reach its store, and the operator the API server.",
		Fix:  "Remove the policy: those of the platform let out the pods that need it.",
		look: func(e *exam) { e.requireEgress(registryNamespace) },
	},
	{
		Code: "registry-short", Severity: kptfn.Warning, Looks: "Deployment image-registry, and spec.replicas of Config",
		Why: "With fewer pods than wanted the registry goes away with the next node.",
		Fix: "Find out why: oc describe pods in " + registryNamespace + ".",
		look: func(e *exam) {
			c, _ := e.config()
			d, o, present, _ := read[deployment](e, cluster.Deployments, registryNamespace, registryName)
			if c != nil && present && c.isManaged() && d.Status.Ready > 0 && d.Status.Ready < c.replicas() {
				e.found(o, "status.readyReplicas", "is %d of %d", d.Status.Ready, c.replicas())
			}
		},
	},
	{
		Code: "operator-down", Severity: kptfn.Error, Looks: "Deployment cluster-image-registry-operator",
		Why: "Without its operator nothing about the registry is set right, and what Config says is from before.",
		Fix: "Find out why: oc describe deployment and pods in " + registryNamespace + ".",
		look: func(e *exam) {
			d, o, present, _ := read[deployment](e, cluster.Deployments, registryNamespace, "cluster-image-registry-operator")
			if present && d.Status.Ready == 0 {
				e.found(o, "status.readyReplicas", "has no pod that is ready")
			}
		},
	},
	{
		Code: "quota-exhausted", Severity: kptfn.Warning,
		Looks: "every ResourceQuota in " + registryNamespace + ", and of Jobs",
		Why:   "What is over a quota is refused: the Secret of the credentials, or the pods of the registry.",
		Fix:   "Raise the quota, or remove it: " + registryNamespace + " belongs to the platform.",
		look:  lookAtQuotas,
	},
}

// hasSeveralNodes tells whether the cluster is known to have more than one node for pods.
func (e *exam) hasSeveralNodes() bool {
	where, _, present, absent := read[infrastructure](e, cluster.Infrastructures, "", "cluster")
	return absent || present && where.Status.Topology != "SingleReplica"
}

// cordoned is the taint of a node that is emptied, as each one is during an update.
const cordoned = "node.kubernetes.io/unschedulable"

// isFit tells whether a pod without tolerations can be on the node, now or after an update.
func (n node) isFit() bool {
	for _, taint := range n.Spec.Taints {
		if taint.Effect != "PreferNoSchedule" && taint.Key != cordoned {
			return false
		}
	}
	return conditionOf(n.Status.Conditions, "Ready").Status == "True"
}

// lookAtNodes is about two replicas: only these have an anti-affinity that is required. It gives
// no verdict where Config says itself which nodes pods are on.
func lookAtNodes(e *exam) {
	c, o := e.config()
	if c == nil || c.replicas() != 2 || c.placesItsPods() || !c.isManaged() {
		return
	}
	nodes, complete := list[node](e, cluster.Nodes, "")
	fit := len(slices.DeleteFunc(slices.Clone(nodes), func(n item[node]) bool { return !n.value.isFit() }))
	if complete && len(nodes) > 0 && fit < 2 {
		e.found(o, "spec.replicas", "is 2, and the number of nodes that are ready and without taints is %d", fit)
	}
}

type quota struct {
	Spec struct {
		Scopes   []string `json:"scopes"`
		Selector any      `json:"scopeSelector"`
	} `json:"spec"`
	Status struct {
		Hard map[string]string `json:"hard"`
		Used map[string]string `json:"used"`
	} `json:"status"`
}

func lookAtQuotas(e *exam) {
	namespaces, _ := e.jobNamespaces()
	for _, namespace := range append(namespaces, registryNamespace) {
		quotas, _ := list[quota](e, cluster.ResourceQuotas, namespace)
		for _, q := range quotas {
			if full := q.value.full(); len(full) > 0 {
				e.found(q.Object, "status.used", "is used up: %s", strings.Join(full, ", "))
			}
		}
	}
}

// full names what is used up. A quota that counts some pods only, and none yet, says nothing
// about those of the registry.
func (q quota) full() (names []string) {
	scoped := len(q.Spec.Scopes) > 0 || q.Spec.Selector != nil
	for name, hard := range q.Status.Hard {
		used := q.Status.Used[name]
		if slices.Contains(needed, name) && isAtLeast(used, hard) && !(scoped && used == "0") {
			names = append(names, name+"="+hard)
		}
	}
	slices.Sort(names)
	return names
}

// needed is what the registry needs of what a quota can count.
var needed = []string{
	"pods", "count/pods", "secrets", "count/secrets", "configmaps", "count/configmaps",
	"cpu", "requests.cpu", "limits.cpu", "memory", "requests.memory", "limits.memory",
}

// isAtLeast compares amounts.
func isAtLeast(used, hard string) bool {
	one, wrong := resource.ParseQuantity(used)
	other, alsoWrong := resource.ParseQuantity(hard)
	return wrong == nil && alsoWrong == nil && one.Cmp(other) >= 0
}
