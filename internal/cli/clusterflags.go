package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/registryprofile/registry-profile/cluster"
	"github.com/spf13/cobra"
)

// clusterFlags say which cluster a command reads: the one of the user's kubeconfig, or one
// that was written to files.
type clusterFlags struct {
	kubectl, kubeconfig, context, as string
	asGroups                         []string
	timeout                          time.Duration

	mustGather, from []string

	cmd *cobra.Command
}

// liveFlags are of no use where files are read. Those of a client have its names.
var liveFlags = []string{"kubectl", "kubeconfig", "context", "as", "as-group", "request-timeout"}

// add gives the flags to a command.
func (c *clusterFlags) add(cmd *cobra.Command) {
	c.cmd = cmd
	flags := cmd.Flags()
	flags.StringVar(&c.kubectl, "kubectl", "", "read the cluster with this program (default: oc, or else kubectl)")
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "the kubeconfig to use")
	flags.StringVar(&c.context, "context", "", "the context of the kubeconfig to use")
	flags.StringVar(&c.as, "as", "", "the user to impersonate")
	flags.StringArrayVar(&c.asGroups, "as-group", nil, "a group to impersonate")
	flags.DurationVar(&c.timeout, "request-timeout", 30*time.Second, "how long to wait for an answer")
	flags.StringArrayVar(&c.mustGather, "must-gather", nil,
		"read this folder of must-gather or \"oc adm inspect\", not a cluster; may be given several times")
	flags.StringArrayVar(&c.from, "from", nil,
		"read the objects of this file or folder, or of stdin (-), not a cluster; may be given several times")
}

// checkStdin: stdin can be read once, be it as a profile or as objects of a cluster.
func (c *clusterFlags) checkStdin(files []string) error {
	isStdin := func(name string) bool { return name == stdinName }
	from := slices.IndexFunc(c.from, isStdin)
	switch {
	case from < 0:
		return nil
	case slices.ContainsFunc(files, isStdin):
		return errors.New("stdin cannot be both the profile and the cluster's objects")
	case slices.ContainsFunc(c.from[from+1:], isStdin):
		return errors.New("--from - is given twice, and stdin can be read once")
	}
	return nil
}

// open returns the Reader that the flags ask for. It must not be used if there is a fault.
func (c *clusterFlags) open(s *session) (cluster.Reader, []error) {
	if c.isLive() {
		reader, err := c.openLive()
		return reader, asFaults(err)
	}
	for _, flag := range liveFlags {
		if c.cmd.Flags().Changed(flag) {
			return nil, asFaults(fmt.Errorf("--%s is for a cluster, and files are to be read; leave it out", flag))
		}
	}
	var readers []cluster.Reader
	var faults []error
	if len(c.mustGather) > 0 {
		reader, wrong := openDump(c.mustGather)
		readers, faults = append(readers, reader), append(faults, wrong...)
	}
	if len(c.from) > 0 {
		reader, wrong := s.openFiles(c.from)
		readers, faults = append(readers, reader), append(faults, wrong...)
	}
	return cluster.Join(readers...), faults
}

// isLive tells whether a cluster is to be read, and no files.
func (c *clusterFlags) isLive() bool { return len(c.mustGather)+len(c.from) == 0 }

func asFaults(err error) []error {
	if err == nil {
		return nil
	}
	return []error{err}
}

// startTime is how much longer than an answer a call may take: the client has to start, and
// perhaps a plugin that logs in.
const startTime = 10 * time.Second

func (c *clusterFlags) openLive() (cluster.Reader, error) {
	if c.timeout <= 0 {
		return nil, errors.New("--request-timeout must be longer than 0, such as 30s")
	}
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	return cluster.Live(client.call, c.timeout+startTime), nil
}

// client returns the client that the user has chosen, for the user's choice of cluster.
func (c *clusterFlags) client() (kubectl, error) {
	path, err := findKubectl(c.kubectl)
	if err != nil {
		return kubectl{}, err
	}
	flags := []string{"--request-timeout=" + c.timeout.String()}
	for _, flag := range [][2]string{{"--kubeconfig=", absolute(c.kubeconfig)}, {"--context=", c.context}, {"--as=", c.as}} {
		if flag[1] != "" {
			flags = append(flags, flag[0]+flag[1])
		}
	}
	for _, group := range c.asGroups {
		flags = append(flags, "--as-group="+group)
	}
	return kubectl{absolute(path), flags}, nil
}

// absolute makes a name good for other folders, too: s3-env prints the command for later.
func absolute(name string) string {
	if name == "" {
		return ""
	}
	if full, err := filepath.Abs(name); err == nil {
		return full
	}
	return name
}

// openDump opens folders. No link leads out of them.
func openDump(paths []string) (cluster.Reader, []error) {
	var folders []cluster.Folder
	var faults []error
	for _, path := range paths {
		root, err := openFolder(path)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", path, withoutPath(err)))
			continue
		}
		folders = append(folders, cluster.Folder{Name: path, Files: root.FS()})
	}
	reader, wrong := cluster.Dump(folders...)
	return reader, append(faults, wrong...)
}

func openFolder(path string) (*os.Root, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, errors.New("is no folder; unpack the must-gather and name its folder")
	}
	return os.OpenRoot(path)
}

// openFiles reads files, those of folders, and stdin.
func (s *session) openFiles(paths []string) (cluster.Reader, []error) {
	var documents []cluster.Document
	var faults []error
	for _, path := range paths {
		files, unread := manifestFiles(path)
		faults = append(faults, unread...)
		if len(files)+len(unread) == 0 {
			faults = append(faults, fmt.Errorf("%s: has no *.yaml, *.yml or *.json in it; name a folder or file with objects", path))
		}
		for _, file := range files {
			content, err := readStream(s.in, file)
			if err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", displayName(file), withoutPath(err)))
				continue
			}
			documents = append(documents, cluster.Document{Name: displayName(file), Content: content})
		}
	}
	reader, wrong := cluster.Files(documents, false)
	return reader, append(faults, wrong...)
}
