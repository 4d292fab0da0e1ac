# make help prints the targets.
SHELL := /bin/bash
VERSION ?= 0.1.0
GO ?= go
LDFLAGS := -s -w -buildid= -X main.version=$(VERSION)
export CGO_ENABLED ?= 0

ASSETS := templates/portals/assets
DIST := $(ASSETS)/dist

DEMO_ROOT ?= $(shell [ "$$(id -u)" = 0 ] && echo /opt/egov-demo || echo $(HOME)/egov-demo)
DEMO_LISTEN ?= 127.0.0.1:8080

.PHONY: help build demo demo-stop test check bench drill clean assets deb

help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: assets ## bin/egovctl, one static binary (VERSION=1.2.3 sets its version)
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/egovctl ./cmd/egovctl

assets: $(DIST)/fonts.css ## fetch and build what the pages need (npm), not committed

$(DIST)/fonts.css: $(ASSETS)/package-lock.json $(ASSETS)/build
	@.ci/need node
	$(ASSETS)/build

demo: ## get what is missing, build, install the demo, print address and accounts, leave it running
	@.ci/need postgres node
	@$(MAKE) --no-print-directory build
	bin/egovctl install --demo --root $(DEMO_ROOT) --listen $(DEMO_LISTEN) --yes

demo-stop: ## stop the demo and remove it with its data
	bin/egovctl uninstall --root $(DEMO_ROOT) --purge-data --yes

test: ## get what is missing, run every test
	@.ci/need postgres node chromium strace systemd iproute
	@$(MAKE) --no-print-directory build
	$(GO) test -timeout 30m ./...

check: ## format, lint, vet, import law, generated files, links and paths in documents
	@.ci/need node shellcheck
	@$(MAKE) --no-print-directory assets
	@test -z "$$(gofmt -l cmd platform provisioning templates)" || { gofmt -l cmd platform provisioning templates; echo "gofmt: the files above"; exit 1; }
	$(GO) vet ./...
	$(GO) tool -modfile=.ci/tools.mod golangci-lint run ./...
	shellcheck .ci/run .ci/need templates/portals/assets/build installers/deb/build
	$(GO) test ./cmd/egovctl/internal/house/...

deb: build ## dist/egovctl_VERSION_ARCH.deb
	installers/deb/build $(VERSION)

bench: build ## figures as counts and ratios, one table
	@.ci/need postgres strace
	$(GO) run ./cmd/egovctl/internal/bench

drill: build ## install, cut at every journal line, resume; every broken twin; systemd
	@.ci/need postgres strace nspawn
	$(GO) test -count=1 -timeout 90m -tags drill -run Drill ./cmd/egovctl/...

clean: ## remove what was built
	rm -rf bin dist && find $(DIST) -type f -not -name PLACEHOLDER.txt -delete
