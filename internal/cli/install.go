package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/registryprofile/registry-profile/api/v1alpha1"
	"github.com/spf13/cobra"
)

func (s *session) installCommand() *cobra.Command {
	var pluginHome, binDir string
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Copy this program to where kustomize looks for it",
		Long: `install copies this program as a kustomize exec plugin, as a program on PATH, or
both. It needs no shell, so that an init container can be this program's image.`,
		Example: `  registry-profile install --plugin-home "$KUSTOMIZE_PLUGIN_HOME"
  registry-profile install --bin-dir /usr/local/bin`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if pluginHome == "" && binDir == "" {
				return errors.New("say where to: --plugin-home DIR, --bin-dir DIR or both")
			}
			if pluginHome != "" {
				for _, kind := range []string{v1alpha1.Kind, v1alpha1.CheckKind} {
					if err := s.install(pluginPath(pluginHome, kind)); err != nil {
						return err
					}
				}
			}
			if binDir != "" {
				return s.install(filepath.Join(binDir, "registry-profile"))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&pluginHome, "plugin-home", "", "the folder that KUSTOMIZE_PLUGIN_HOME names")
	cmd.Flags().StringVar(&binDir, "bin-dir", "", "a folder on PATH")
	return cmd
}

// pluginPath returns where kustomize looks for the plugin of a kind below
// KUSTOMIZE_PLUGIN_HOME.
func pluginPath(home, kind string) string {
	return filepath.Join(home, v1alpha1.Group, v1alpha1.Version, strings.ToLower(kind), kind)
}

// install copies the running program to a path. It shares a lock with other installs there, or
// it would take their temporary files for leftovers.
func (s *session) install(path string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	program, err := os.Open(self)
	if err != nil {
		return fmt.Errorf("reading this program: %w", err)
	}
	defer program.Close()
	dir := filepath.Dir(path)
	if err := makeFolder(dir); err != nil {
		return err
	}
	unlock, err := s.lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	removePrograms(dir, program)
	if err := writeFile(path, program, 0o755); err != nil {
		return fmt.Errorf("%s: %w", path, withoutPath(err))
	}
	// The program need not be run by the user who installs it, whatever the umask is.
	return os.Chmod(path, 0o755)
}

// removePrograms removes from a folder what an install has left that was killed: files of a
// temporary name that begin as a program does, of this version or another one, or are empty.
// One that cannot be removed does no harm.
func removePrograms(dir string, program io.ReaderAt) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if e.Type().IsRegular() && temporaryName().MatchString(e.Name()) && beginsAs(program, path) {
			_ = os.Remove(path)
		}
	}
}

// beginsAs tells whether a file has the first bytes of a program, by which a system knows one, or
// as many of them as were written.
func beginsAs(program io.ReaderAt, path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	var is, want [4]byte
	n, err := file.ReadAt(is[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	_, err = program.ReadAt(want[:], 0)
	return err == nil && bytes.HasPrefix(want[:], is[:n])
}

// makeFolder makes a folder, and those above it, that every user can enter. It leaves alone
// what is there.
func makeFolder(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(path, 0o755) // an error where something else stands there
	}
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	err := os.Mkdir(path, 0o755)
	if errors.Is(err, fs.ErrExist) { // another run has made it since, or a link hides that nothing is there
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: is a link that leads nowhere; make the folder that it leads to, or remove the link", path)
		}
		return nil
	}
	if err != nil {
		return err
	}
	return os.Chmod(path, 0o755)
}
