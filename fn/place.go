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
		//lint:ignore SA1019 kpt has written the old name, and kioutil.GetFileAnnotations reads both.
		if path.Clean(i.fileAnnotation(kioutil.PathAnnotation, kioutil.LegacyPathAnnotation)) != file {
			continue
		}
		// kpt writes no index where there is one object.
		//lint:ignore SA1019 as above
		number, _ := strconv.Atoi(i.fileAnnotation(kioutil.IndexAnnotation, kioutil.LegacyIndexAnnotation))
		next = max(next, number+1)
	}
	setAnnotation(r.RNode, kioutil.PathAnnotation, file)
	setAnnotation(r.RNode, kioutil.IndexAnnotation, strconv.Itoa(next))
}

// fileAnnotation is what kioutil.GetFileAnnotations returns, from what the item has said of
// itself already: there it is read out of the item, for each of them and each new object.
func (i *item) fileAnnotation(key, legacy string) string {
	if value, set := i.Annotations[key]; set {
		return value
	}
	return i.Annotations[legacy]
}
