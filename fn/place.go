package fn

import (
	"path"
	"strconv"

	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
)

// folder is where kpt writes new objects.
const folder = "registry"

// place tells kpt to write a new object to a file of the folder: after those that stand
// there, because a file of the user's own can have the name that is meant for ours.
func place(r *item, fileName string, items []*item) {
	file, next := path.Join(folder, fileName), 0
	for _, i := range items {
		at, index, err := kioutil.GetFileAnnotations(i.RNode)
		if err != nil || path.Clean(at) != file {
			continue
		}
		number, _ := strconv.Atoi(index) // kpt writes no index where there is one object
		next = max(next, number+1)
	}
	setAnnotation(r.RNode, kioutil.PathAnnotation, file)
	setAnnotation(r.RNode, kioutil.IndexAnnotation, strconv.Itoa(next))
}
