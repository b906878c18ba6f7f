# "make help" lists the targets. CI runs those that .ci/run names.

# Others choose the name of a tag, and so the version. Such a text reaches a recipe
# as an environment variable: in the recipe itself, the shell would run what it holds.
# For the same reason a text that make is given is not expanded as a makefile is.
given = $(if $(filter undefined,$(origin $1)),$2,$(value $1))
# Where the image is published, and the version that documents name: a test holds every
# document and example to both.
export IMAGE_NAME    := ghcr.io/registryprofile/registry-profile
export NAMED_VERSION := v0.1.0

override VERSION  := $(call given,VERSION,$(shell git describe --tags --always --dirty 2>/dev/null || echo unknown))
override IMAGE    := $(call given,IMAGE,$(IMAGE_NAME):$(VERSION))
override RUN      := $(call given,RUN)
override FUZZTIME := $(call given,FUZZTIME,30s)
export VERSION IMAGE RUN FUZZTIME

# The commit's own time: the same commit gives the same bytes.
export EPOCH := $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
export PLATFORMS := linux/amd64 linux/arm64 linux/ppc64le linux/s390x darwin/amd64 darwin/arm64 windows/amd64
# Static, and for the oldest processors, whatever the environment says.
export CGO_ENABLED := 0
export GOAMD64     := v1
export GOARM64     := v8.0
export GOPPC64     := power8

MODULE := github.com/registryprofile/registry-profile
# GOFLAGS is said in full, as an empty one would let that of "go env -w" count.
BUILT  := GOFLAGS="-trimpath -buildvcs=false" GOEXPERIMENT= GOFIPS140=off go build
BUILD  := $(BUILT) -ldflags="-s -w -X $(MODULE)/internal/cli.version=$$VERSION"

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

# The function is called by other programs, and a Reader by checks side by side. The scripts
# and the program are processes of their own, in which the detector sees nothing.
AT_ONCE := ./api/... ./fn ./generators ./internal/ynode ./internal/stream ./internal/finding ./cluster ./cluster/doctor

.PHONY: race
race: ## Run those of what can run at once with the race detector (needs gcc)
	CGO_ENABLED=1 go test -race -timeout 30m $(AT_ONCE)

# The modules here keep their dependencies away from the root module. They are held to files
# outside of themselves, of which Go's cache of test results knows nothing.
.PHONY: conformance
conformance: ## Check output against the real CRDs and formats, alerts in Prometheus, health checks in the engines' interpreters
	@set -e; for module in test/conformance test/formats test/rules examples/argocd/healthtest examples/flux/healthtest; do \
		echo "== $$module"; (cd $$module && go test -count=1 ./...); \
	done

.PHONY: lint
lint: ## Check Go modules (gofmt, tidy, vet, staticcheck), scripts (shellcheck), workflows (actionlint)
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
	cd test/e2e && go test -count=1 ./cmd/... ./programs ./engines
	go build -C test/e2e -buildvcs=false -o ../../bin/e2e ./cmd/e2e
	@cd test/e2e && exec ../../bin/e2e

.PHONY: container
container: image ## Run the image as a function of kustomize and kpt (needs podman, runc)
	cd test/e2e/functioncontainer && go test -count=1 -timeout 30m

##@ Release

.PHONY: binaries
binaries: check-version ## Cross-compile static binaries into dist/
	@set -e; for platform in $$PLATFORMS; do \
		GOOS=$${platform%/*}; GOARCH=$${platform#*/}; export GOOS GOARCH; \
		echo "dist/registry-profile-$$GOOS-$$GOARCH"; \
		$(BUILD) -o "dist/registry-profile-$$GOOS-$$GOARCH" ./cmd/registry-profile; \
	done

.PHONY: image
image: binaries ## Build the image for every architecture of Linux into dist/ (needs buildah)
	@command -v buildah >/dev/null || { echo "error: buildah is missing; install the package buildah"; exit 1; }
	REVISION=$$(git rev-parse HEAD) test/tools/image.sh

# The programs that a release is made with are pinned in modules of their own. An inventory
# names its maker by checksum: that must not depend on the folder either.
pinned = $(BUILT) -C release/programs/$1 -o ../../../bin/$1 $2

.PHONY: release
release: ## Build what a release of VERSION=vX.Y.Z holds into dist/release/, and sign it (needs buildah)
	release/preflight.sh
	$(MAKE) image
	$(call pinned,cyclonedx-gomod,github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod)
	$(call pinned,cosign,github.com/sigstore/cosign/v3/cmd/cosign)
	cd release && go run .

# To compile all of it a second time, from nothing, takes minutes.
export RECOMPILED ?= $(PLATFORMS)

.PHONY: release-check
release-check: ## Build dist/release/ once more elsewhere, compare every byte, and use all of it (needs buildah)
	$(call pinned,krew,sigs.k8s.io/krew/cmd/krew)
	cd release && go test -count=1 -timeout 30m -v ./...

# The version stands in the linker's flags and is the image's tag.
.PHONY: check-version
check-version:
	@LC_ALL=C; case $$VERSION in ''|[!A-Za-z0-9_]*|*[!A-Za-z0-9_.-]*) \
		printf 'error: the version "%s" cannot be used; ' "$$VERSION" >&2; \
		echo 'name the tag, or VERSION, with letters, digits and "_", ".", "-" only' >&2; exit 1;; \
	esac
