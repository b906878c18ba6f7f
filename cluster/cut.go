package cluster

import "fmt"

// cutOff says why an object of a dump is not all that was written, as where the disk was full.
// oc sorts the keys, so that the end of a file that is lost is the object's status, and its
// spec. Of Config this is an error, as it would look like one without a storage, or with a
// part of one: the operator writes them, and status.storageManaged behind them, which the CRD
// requires. What no server has given a time was written by hand, and need not have them.
func (o Object) cutOff() error {
	if !o.Kind.is(Configs) || o.Metadata.CreationTimestamp == "" {
		return nil
	}
	var content struct {
		Spec   *struct{}
		Status struct {
			Storage        *struct{}
			StorageManaged *bool
		}
	}
	if err := o.Decode(&content); err != nil {
		return err
	}
	if content.Spec == nil || content.Status.Storage == nil || content.Status.StorageManaged == nil {
		return fmt.Errorf("%s has no spec, or no status.storage and status.storageManaged: the file was cut off, or the operator has not seen it yet", o)
	}
	return nil
}
