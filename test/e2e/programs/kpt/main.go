// kpt is the part of the upstream program that renders and applies packages. Its
// root package cannot be built from the module proxy: the rest of it, rollouts,
// is not published there.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/kptdev/kpt/commands/fn"
	"github.com/kptdev/kpt/commands/live"
	"github.com/kptdev/kpt/pkg/lib/errors/resolver"
	"github.com/kptdev/kpt/pkg/printer"
	"github.com/spf13/cobra"
)

func main() {
	kpt := &cobra.Command{Use: "kpt", SilenceUsage: true, SilenceErrors: true}
	kpt.PersistentFlags().BoolVar(&printer.TruncateOutput, "truncate-output", true, "Enable the truncation for output")
	ctx := printer.WithContext(context.Background(), printer.New(os.Stdout, os.Stderr))
	kpt.AddCommand(fn.GetCommand(ctx, "kpt"), live.GetCommand(ctx, "kpt", "v1.0.0-beta.60"))
	err := kpt.Execute()
	if err == nil {
		return
	}
	// As upstream does: what it knows has words and an exit code of its own.
	if resolved, known := resolver.ResolveError(err); known {
		fmt.Fprintln(os.Stderr, resolved.Message)
		os.Exit(resolved.ExitCode)
	}
	fmt.Fprintln(os.Stderr, "Error:", err)
	os.Exit(1)
}
