# Every target is what CI runs too. "make help" lists them.

MODULE  := github.com/registryprofile/registry-profile
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# The commit's own time: the same commit gives the same bytes.
EPOCH   := $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
ARCHS   := amd64 arm64 ppc64le s390x
IMAGE   ?= registry-profile:$(VERSION)
RUN     ?= .
FUZZTIME ?= 30s

export CGO_ENABLED ?= 0
LDFLAGS := -s -w -X $(MODULE)/internal/cli.version=$(VERSION)
BUILD   := go build -trimpath -buildvcs=false -ldflags='$(LDFLAGS)'
# Modules of their own: the root module stays small.
TESTED_MODULES := test/conformance examples/argocd/healthtest examples/flux/healthtest

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Work on it

.PHONY: build
build: ## Build bin/registry-profile
	$(BUILD) -o bin/registry-profile ./cmd/registry-profile

.PHONY: test
test: ## Run the tests of the root module
	go test ./...

.PHONY: conformance
conformance: ## Check output against the real CRDs, health checks in the engines' own interpreters
	@set -e; for module in $(TESTED_MODULES); do echo "== $$module"; (cd $$module && go test ./...); done

.PHONY: lint
lint: ## Check formatting, modules, Go (vet, staticcheck) and shell (shellcheck)
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "error: run gofmt -w on:"; echo "$$unformatted"; exit 1; }
	go mod tidy -diff
	go vet ./...
	go build -C test/tools -o ../../bin/staticcheck honnef.co/go/tools/cmd/staticcheck
	bin/staticcheck ./...
	@command -v shellcheck >/dev/null || { echo "error: shellcheck is missing; install the package shellcheck"; exit 1; }
	shellcheck $$(git ls-files '*.sh' .ci/run)

.PHONY: update-golden
update-golden: ## Rewrite golden files and generated documents; read the diff
	UPDATE=1 go test ./api/v1alpha1
	go test ./fn ./internal/stream ./internal/cases ./internal/cli -update

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (30s)
	@set -e; for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "== $$package $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

.PHONY: bench
bench: ## Measure start, memory and throughput as ratios
	go run ./test/bench

##@ On real programs

.PHONY: e2e
e2e: ## Run the Job on a real control plane (RUN=regex selects scenarios)
	cd test/e2e && RUN='$(RUN)' go run ./cmd/e2e

##@ Release

.PHONY: binaries
binaries: ## Cross-compile static binaries into dist/
	@set -e; for arch in $(ARCHS); do \
		echo "dist/registry-profile-linux-$$arch"; \
		GOOS=linux GOARCH=$$arch $(BUILD) -o dist/registry-profile-linux-$$arch ./cmd/registry-profile; \
	done

.PHONY: image
image: binaries ## Build the image for every architecture into dist/ (needs buildah)
	@command -v buildah >/dev/null || { echo "error: buildah is missing; install the package buildah"; exit 1; }
	VERSION='$(VERSION)' REVISION=$$(git rev-parse HEAD) EPOCH=$(EPOCH) IMAGE='$(IMAGE)' ARCHS='$(ARCHS)' test/tools/image.sh
