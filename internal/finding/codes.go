package finding

// Code is the stable name of one kind of fault. Users filter by Name, so a Code is
// never renamed.
type Code struct {
	// Name has lower-case letters and hyphens, such as "unknown-field".
	Name string
	// Group is the heading under which the documentation lists the Code.
	Group string
	// Doc says in one sentence why this is a fault.
	Doc string
}

var declared []Code

// Codes returns every Code that no rule of an API version declares, in the order in
// which they are documented.
func Codes() []Code { return declared }

func declare(group, name, doc string) Code {
	code := Code{Name: name, Group: group, Doc: doc}
	declared = append(declared, code)
	return code
}

const (
	groupYAML    = "The YAML"
	groupSchema  = "The schema"
	groupRefused = "Fields that are refused on purpose"
	groupItems   = "The other items of the stream"
	groupStream  = "The final stream"
)

// The codes, by what is wrong.
var (
	NotAProfile = declare(groupYAML, "not-a-profile",
		"The function's configuration, or the file, is another object or another version of the API.")
	YAML = declare(groupYAML, "yaml",
		"The YAML cannot be understood, or is far larger than a profile.")
	DuplicateKey = declare(groupYAML, "duplicate-key",
		"Of two values of one key the reader sees one and the parser takes the other.")
	AmbiguousNumber = declare(groupYAML, "ambiguous-number",
		"To YAML 1.1 the number 010 is 8, to YAML 1.2 it is 10, and both are in use.")
	Template = declare(groupYAML, "template",
		"A profile is read as it stands: what Helm, a shell or another tool should have filled in is no value.")
	Text = declare(groupYAML, "text",
		"No field holds more than one line, and libraries write line breaks and invisible characters each in "+
			"their own way.")

	UnknownField = declare(groupSchema, "unknown-field",
		"A field that the API does not have would be ignored without a word.")
	WrongType = declare(groupSchema, "wrong-type",
		"A value has another type than the field. YAML reads 4.20 as the number 4.2, "+
			"so strings that look like something else need quotes.")
	Required = declare(groupSchema, "required",
		"A field without which its object means nothing is missing.")
	NotAllowed = declare(groupSchema, "not-allowed",
		"A value is none of those that the field may have; case matters.")
	OutOfRange = declare(groupSchema, "out-of-range",
		"A number is too small or too large.")
	Empty = declare(groupSchema, "empty",
		"An empty value hides the default; whoever wants the default removes the line.")

	RegistryStorage = declare(groupRefused, "registry-storage",
		"Two writers of the storage would switch it back and forth; the Job alone does it, guarded.")
	RegistryManagementState = declare(groupRefused, "registry-management-state",
		"Managed before the storage degrades the operator; another state of the storage lets the operator delete it.")
	RegistryHTTPSecret = declare(groupRefused, "registry-http-secret",
		"A credential must not stand in Git.")
	RegistryOperatorField = declare(groupRefused, "registry-operator-field",
		"The operator writes these fields, or they block upgrades.")
	StorageSwitch = declare(groupRefused, "storage-switch",
		"A permission without an end lets a later run switch an emergency storage away.")
	StorageEncrypt = declare(groupRefused, "storage-encrypt",
		"Server-side encryption by S3 header fails on ODF; ODF encrypts at rest by itself.")

	TwoProfiles = declare(groupItems, "two-profiles",
		"A cluster has one registry: two profiles would overwrite each other's Config at every sync. What is "+
			"left of one that was renamed goes on beside the other.")
	ForeignObject = declare(groupItems, "foreign-object",
		"An object of that name exists and is not ours, so it may hold something that an overwrite would lose.")
	DuplicateItem = declare(groupItems, "duplicate-item",
		"Which of two objects of one name is meant cannot be known.")
	ConfigStorage = declare(groupItems, "config-storage",
		"A Config of your own is merged with the profile, but for the storage, which the Job owns.")
	ConfigSecret = declare(groupItems, "config-http-secret",
		"A credential must not stand in Git.")
	ItemYAML = declare(groupItems, "item-yaml",
		"Readers of YAML do not agree on keys that come twice, and what comes by an alias or a merge key "+
			"would pass the checks.")
	SingletonName = declare(groupItems, "singleton-name",
		"The operator reads the objects named cluster and no others.")
	ConfigManaged = declare(groupItems, "config-managed",
		"The Job sets Managed together with the storage. In Git it would arrive before the switch, "+
			"and the registry would serve on whatever storage is there.")
	ConfigState = declare(groupItems, "config-management-state",
		"The Job sets Managed together with the storage; before it the operator degrades, "+
			"and Removed takes the registry down.")
	ClusterField = declare(groupItems, "cluster-field",
		"What an API server or an operator has written is of one cluster at one time; in Git it blocks "+
			"every apply, or hides a storage.")
	LocalConfig = declare(groupItems, "local-config",
		"kustomize and kpt leave an object with this annotation out of what they deliver, with what the profile "+
			"has merged into it.")
	ClaimLeft = declare(groupItems, "claim-left-out",
		"A claim that an earlier run made leaves Git when the profile makes another one. The cluster keeps it, "+
			"with its images.")
	ClaimDiffers = declare(groupItems, "claim-differs",
		"A claim of your own is adopted as it is. One that is not what the profile asks for leaves open "+
			"which of the two is meant, and a claim that is bound cannot be changed.")
	ListItem = declare(groupItems, "list-item",
		"An engine opens a List or a Template and applies what it holds, beside what the profile adds.")
	WrittenInCluster = declare(groupItems, "written-in-cluster",
		"Two writers of one object overwrite each other for ever, and a credential must not stand in Git.")
	DuplicateProfile = declare(groupItems, "duplicate-profile",
		"The name of a profile is in the name of all that it emits, so two of one name would be one. "+
			"A profile of another name has a run of its own.")

	NothingOfOurs = declare(groupStream, "nothing-of-ours",
		"kustomize leaves an exec function out without --enable-exec, says nothing and exits with 0; "+
			"an engine that prunes then sees an empty folder.")
	SingletonNamespace = declare(groupStream, "singleton-namespace",
		"Config and ImagePruner are cluster-wide: with a namespace they are other objects to whoever compares them.")
	OwnerMark = declare(groupStream, "owner-mark",
		"By a label and an annotation a later run, and whatever protects the objects, knows which are ours.")
	EngineMark = declare(groupStream, "engine-mark",
		"Without its annotations an engine deletes what holds the images, or empties the script's variables.")
	ReplaceMark = declare(groupStream, "replace-mark",
		"An engine that replaces an object deletes it first, and the images with it.")
	Carrier = declare(groupStream, "carrier",
		"What brings an object to clusters may delete it there, or take from it what the cluster has written, and the "+
			"images are lost with the claim or the storage.")
	Confirmation = declare(groupStream, "confirmation",
		"A confirmation lets one deletion or one move of the storage pass; in Git it would let all of them pass.")
	Guard = declare(groupStream, "guard",
		"A policy that refuses nothing, or that goes before what it guards, looks like one that does.")
	Incomplete = declare(groupStream, "incomplete",
		"The parts of a profile are made together; the Job waits in vain for one that no other stream delivers.")
	RoleChanged = declare(groupStream, "role-changed",
		"A Job without its permissions never succeeds, and one with more can do harm.")
	OrderMark = declare(groupStream, "order-mark",
		"Argo CD applies what has no wave of its own too early or too late, and may wait for ever.")
	Hook = declare(groupStream, "hook",
		"A hook is deleted and run again at every sync, and kept by nothing.")
	JobName = declare(groupStream, "job-name",
		"A Job cannot be changed, so its name ends in a hash of what it runs; "+
			"what changes it later makes every sync fail once the Job is there.")
	ScriptName = declare(groupStream, "script-name",
		"The ConfigMap of the script cannot be changed, so its name ends in a hash of the script.")
	JobClaim = declare(groupStream, "job-claim",
		"The Job waits for a claim by its name, and would wait in vain.")
	JobDiffers = declare(groupStream, "job-differs",
		"The Job, the claim and Config are made together: another class is another storage, and what the Job and "+
			"Git write each in its own way changes back and forth.")
	Reference = declare(groupStream, "broken-reference",
		"A Job without its account, its script or its permissions never succeeds.")
	Credential = declare(groupStream, "credential",
		"A credential must not stand in a manifest.")
	ProfileLeft = declare(groupStream, "profile-left",
		"No cluster knows the kinds of this program: applying the profile fails, and an engine that applies all or "+
			"nothing then applies nothing.")
	TemplateLeft = declare(groupStream, "template-left",
		"What is still a template when it is delivered reaches the cluster as it stands, or is emptied.")
)
