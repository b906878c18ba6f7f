package doctor

import (
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
		Containers []containerStatus `json:"containerStatuses"`
	} `json:"status"`
}

type node struct {
	Spec struct {
		Unschedulable bool `json:"unschedulable"`
		Taints        []struct {
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
var stuck = []string{"CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "CreateContainerConfigError"}

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
		Code: "registry-pod-stuck", Severity: kptfn.Error, Looks: "the containers of the registry's pods",
		Why: "A container that cannot start, or ends again and again, does not serve.",
		Fix: "Read its log: oc logs, with --previous.",
		look: func(e *exam) {
			for _, p := range e.registryPods() {
				for _, c := range p.value.Status.Containers {
					if waiting := c.State.Waiting; slices.Contains(stuck, waiting.Reason) {
						e.found(p.Object, "status.containerStatuses", "%s waits with %s%s",
							c.Name, waiting.Reason, after(": ", waiting.Message))
					}
				}
			}
		},
	},
	{
		Code: "replicas-nodes", Severity: kptfn.Warning, Looks: "spec.replicas of Config, and the nodes", Trap: "T28",
		Why:  "By default the operator never places two pods on one node: a rollout waits for the nodes that are missing.",
		Fix:  "Set spec.registry.replicas to the number of nodes that can run it, or add nodes.",
		look: lookAtNodes,
	},
	{
		Code: "replicas-one", Severity: kptfn.Warning, Looks: "spec.replicas of Config", Trap: "T28",
		Why: "With one pod every rollout and every drain of its node takes the registry away.",
		Fix: "Set spec.registry.replicas: 2 where the storage can serve several pods.",
		look: func(e *exam) {
			c, o := e.config()
			if c != nil && c.replicas() == 1 && c.isManaged() && c.storage.PVC == nil {
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
		Why: "With less pods than wanted the registry goes away with the next node.",
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

// lookAtNodes gives no verdict where pods choose nodes: tolerations and selectors decide then.
func lookAtNodes(e *exam) {
	c, o := e.config()
	if c == nil || c.replicas() < 2 || c.placesItsPods() || !c.isManaged() {
		return
	}
	nodes, complete := list[node](e, cluster.Nodes, "")
	fit := 0
	for _, n := range nodes {
		tainted := slices.ContainsFunc(n.value.Spec.Taints, func(t struct {
			Effect string `json:"effect"`
		},
		) bool {
			return t.Effect != "PreferNoSchedule"
		})
		if !n.value.Spec.Unschedulable && !tainted && conditionOf(n.value.Status.Conditions, "Ready").Status == "True" {
			fit++
		}
	}
	if complete && len(nodes) > 0 && fit < c.replicas() {
		e.found(o, "spec.replicas", "is %d, but only %d nodes are ready, schedulable and without taints", c.replicas(), fit)
	}
}

type quota struct {
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

// full names what is used up.
func (q quota) full() (names []string) {
	for name, hard := range q.Status.Hard {
		if used := q.Status.Used[name]; isNeeded(name) && isAtLeast(used, hard) {
			names = append(names, name+"="+hard)
		}
	}
	slices.Sort(names)
	return names
}

// isNeeded tells whether the registry needs what a quota counts, of whatever class.
func isNeeded(name string) bool {
	for _, needed := range []string{"pods", "secrets", "configmaps", "cpu", "memory"} {
		if strings.HasSuffix(name, needed) {
			return true
		}
	}
	return false
}

// isAtLeast compares amounts.
func isAtLeast(used, hard string) bool {
	one, wrong := resource.ParseQuantity(used)
	other, alsoWrong := resource.ParseQuantity(hard)
	return wrong == nil && alsoWrong == nil && one.Cmp(other) >= 0
}
