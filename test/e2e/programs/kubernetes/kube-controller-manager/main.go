// kube-controller-manager is the upstream program with one change: a Job's
// failed pod is followed by the next one after a fraction of a second instead
// of 10 seconds and ever more, so that scenarios with many failing pods stay short.
package main

import (
	"os"
	"time"
	_ "time/tzdata" // CronJob time zones

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-controller-manager/app"
	"k8s.io/kubernetes/pkg/controller/job"
)

func main() {
	job.DefaultJobPodFailureBackOff, job.MaxJobPodFailureBackOff = 200*time.Millisecond, 200*time.Millisecond
	os.Exit(cli.Run(app.NewControllerManagerCommand()))
}
