package cli

import (
	"errors"
	"fmt"
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
					if err := install(pluginPath(pluginHome, kind)); err != nil {
						return err
					}
				}
			}
			if binDir != "" {
				return install(filepath.Join(binDir, "registry-profile"))
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

// install copies the running program to a path.
func install(path string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	program, err := os.Open(self)
	if err != nil {
		return fmt.Errorf("reading this program: %w", err)
	}
	defer program.Close()
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	if err := writeFile(path, program, 0o755); err != nil {
		return fmt.Errorf("%s: %w", path, withoutPath(err))
	}
	// The program need not be run by the user who installs it, whatever the umask is.
	return os.Chmod(path, 0o755)
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
