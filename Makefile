# "make help" lists the targets. CI runs those that .ci/run names.

# Others choose the name of a tag, and so the version. Such a text reaches a recipe
# as an environment variable: in the recipe itself, the shell would run what it holds.
# For the same reason a text that make is given is not expanded as a makefile is.
given = $(if $(filter undefined,$(origin $1)),$2,$(value $1))
override VERSION  := $(call given,VERSION,$(shell git describe --tags --always --dirty 2>/dev/null || echo unknown))
override IMAGE    := $(call given,IMAGE,registry-profile:$(VERSION))
override RUN      := $(call given,RUN)
override FUZZTIME := $(call given,FUZZTIME,30s)
export VERSION IMAGE RUN FUZZTIME

# The commit's own time: the same commit gives the same bytes.
export EPOCH := $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
export ARCHS := amd64 arm64 ppc64le s390x
export CGO_ENABLED ?= 0

MODULE := github.com/registryprofile/registry-profile
BUILD  := go build -trimpath -buildvcs=false -ldflags="-s -w -X $(MODULE)/internal/cli.version=$$VERSION"

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' Makefile

##@ Work on it

.PHONY: build
build: check-version ## Build bin/registry-profile
	$(BUILD) -o bin/registry-profile ./cmd/registry-profile

.PHONY: test
test: ## Run the tests of the root module
	go test ./...

.PHONY: race
race: ## Run them with the race detector (needs gcc)
	CGO_ENABLED=1 go test -race -timeout 30m ./...

# The modules here keep their dependencies away from the root module.
.PHONY: conformance
conformance: ## Check output against the real CRDs and formats, alerts in Prometheus, health checks in the engines' interpreters
	@set -e; for module in test/conformance test/formats test/rules examples/argocd/healthtest examples/flux/healthtest; do \
		echo "== $$module"; (cd $$module && go test ./...); \
	done

.PHONY: lint
lint: ## Check every Go module (gofmt, tidy, vet, staticcheck) and shell script (shellcheck)
	test/tools/lint.sh

.PHONY: update-golden
update-golden: ## Rewrite golden files and generated documents; read the diff
	UPDATE=1 go test ./api/v1alpha1
	go test ./fn ./internal/stream ./internal/cases -update
	go test ./internal/cli -update # reads what the line above writes
	cd test/e2e && go test ./engines -update
	cd test/conformance && go test -run Versions . -update

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (30s)
	@set -e; for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "== $$package $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime="$$FUZZTIME" $$package; \
		done; \
	done

.PHONY: bench
bench: ## Measure start, memory and throughput as ratios
	go run ./test/bench

##@ On real programs

# The command ends when make does, however that ends; under "go run" it would not.
.PHONY: e2e
e2e: ## Run the Job on a real control plane (RUN=regex selects scenarios)
	cd test/e2e && go test ./cmd/... ./programs ./engines
	go build -C test/e2e -buildvcs=false -o ../../bin/e2e ./cmd/e2e
	@cd test/e2e && exec ../../bin/e2e

.PHONY: container
container: image ## Run the image as a function of kustomize and kpt (needs podman, runc)
	cd test/e2e/functioncontainer && go test -count=1 -timeout 30m

##@ Release

.PHONY: binaries
binaries: check-version ## Cross-compile static binaries into dist/
	@set -e; for arch in $$ARCHS; do \
		echo "dist/registry-profile-linux-$$arch"; \
		GOOS=linux GOARCH=$$arch $(BUILD) -o dist/registry-profile-linux-$$arch ./cmd/registry-profile; \
	done

.PHONY: image
image: binaries ## Build the image for every architecture into dist/ (needs buildah)
	@command -v buildah >/dev/null || { echo "error: buildah is missing; install the package buildah"; exit 1; }
	REVISION=$$(git rev-parse HEAD) test/tools/image.sh

# The version stands in the linker's flags and is the image's tag.
.PHONY: check-version
check-version:
	@LC_ALL=C; case $$VERSION in ''|[!A-Za-z0-9_]*|*[!A-Za-z0-9_.-]*) \
		printf 'error: the version "%s" cannot be used; ' "$$VERSION" >&2; \
		echo 'name the tag, or VERSION, with letters, digits and "_", ".", "-" only' >&2; exit 1;; \
	esac
