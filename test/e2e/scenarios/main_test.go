// Package scenarios holds the scenarios, one test each.
package scenarios

import (
	"testing"

	"github.com/registryprofile/registry-profile/test/e2e/runner"
)

func TestMain(m *testing.M) { runner.Main(m) }
