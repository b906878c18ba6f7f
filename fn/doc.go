// Package fn is the KRM function for programs that embed it, such as kpt and Porch: it
// turns the RegistryProfile in a ResourceList's functionConfig into resources among its
// items. A RegistryProfileCheck in its place asks for the judgement of the items as what
// is delivered in the end.
//
// The SDK that it is made with is named fn too; this package imports it as kptfn.
package fn
