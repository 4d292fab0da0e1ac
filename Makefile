# make help prints the targets.
SHELL := /bin/bash
VERSION ?= 0.1.0
GO ?= go
# The folder of a relocatable PostgreSQL (installers/postgres/build makes one) that the kit will carry; none if empty.
POSTGRES ?=
# The folder of the keys that sign the kit on the disc; a development root if empty.
KEYS ?=
# The date of the source, in seconds: every date in a kit comes from it, so that the same source gives the same bytes.
SOURCE_DATE ?= $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null))
LDFLAGS := -s -w -buildid= -X main.version=$(VERSION) -X egovctl/cmd/egovctl/internal/wire.sourceSeconds=$(SOURCE_DATE)
export CGO_ENABLED ?= 0

ASSETS := templates/portals/assets
DIST := $(ASSETS)/dist

DEMO_ROOT ?= $(shell [ "$$(id -u)" = 0 ] && echo /opt/egov-demo || echo $(HOME)/egov-demo)
DEMO_LISTEN ?= 127.0.0.1:8080

# The packages that have drills (DRILL_KITS=100000 and DRILL_STATES=1000000 in the environment make those of kits and of crash
# states long), and those whose drills take a host of their own; how long a long drill may take.
DRILLS := ./cmd/egovctl ./provisioning/kit ./provisioning/engine/enginetest
HOST_DRILLS := ./cmd/egovctl ./provisioning/steps ./platform/db/cluster ./installers/iso
BUDGET ?= 2h
# Where the instances of a drill lie: in memory where there is room, which halves the time. What SIGKILL leaves is the same there;
# power is cut from disks of their own, see OnImage in cmd/egovctl/internal/trial/image.go.
DRILL_TMP ?= $(shell .ci/room)

.PHONY: help program build demo demo-stop test check bench drill drill-hosts drill-long clean assets deb iso

help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

program: assets
	$(GO) build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/egovctl ./cmd/egovctl

build: program ## bin/egovctl, one static binary (VERSION=1.2.3 sets its version), and beside it what a kit takes in
	@for arch in amd64 arm64; do [ $$arch = "$$($(GO) env GOARCH)" ] || \
	  GOARCH=$$arch $(GO) build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/egovctl-linux-$$arch ./cmd/egovctl || exit 1; done
	@rm -rf bin/docs && mkdir -p bin/docs && cp README.md README.vi.md CHANGELOG.md LICENSE bin/docs/ && \
	  find architecture-docs -name '*.md' -exec cp --parents {} bin/docs/ ';'
	@$(GO) run ./provisioning/kit/parts -bin bin -version $(VERSION) -date $(or $(SOURCE_DATE),0) $(if $(POSTGRES),-postgres $(POSTGRES))

assets: $(DIST)/fonts.css ## fetch and build what the pages need (npm), not committed

$(DIST)/fonts.css: $(ASSETS)/package-lock.json $(ASSETS)/build
	@.ci/need node
	$(ASSETS)/build

demo: ## get what is missing, build, install the demo, print address and accounts, leave it running
	@.ci/need postgres node
	@$(MAKE) --no-print-directory program
	bin/egovctl install --demo --root $(DEMO_ROOT) --listen $(DEMO_LISTEN) --yes

demo-stop: ## stop the demo and remove it with its data
	bin/egovctl uninstall --root $(DEMO_ROOT) --purge-data --yes

test: ## get what is missing, run every test
	@.ci/need postgres node chromium strace systemd iproute xorriso pgbouncer pgbackrest sshd
	@$(MAKE) --no-print-directory build
	$(GO) test -timeout 30m ./...

check: ## format, lint, vet, import law, generated files, links and paths in documents
	@.ci/need node shellcheck
	@$(MAKE) --no-print-directory assets
	@test -z "$$(gofmt -l cmd platform provisioning templates)" || { gofmt -l cmd platform provisioning templates; echo "gofmt: the files above"; exit 1; }
	$(GO) vet ./...
	$(GO) tool -modfile=.ci/tools.mod golangci-lint run ./...
	shellcheck .ci/run .ci/need .ci/room templates/portals/assets/build installers/deb/build installers/iso/build installers/iso/trial installers/iso/install.sh installers/postgres/build
	$(GO) test ./cmd/egovctl/internal/house/... ./provisioning/kit/licence

deb: build ## dist/egovctl_VERSION_ARCH.deb
	installers/deb/build $(VERSION)

iso: ## dist/egovctl-VERSION.iso, the disc, and the letter that goes with it (POSTGRES=folder, KEYS=folder)
	@.ci/need xorriso
	@$(MAKE) --no-print-directory build
	SOURCE_DATE_EPOCH=$(SOURCE_DATE) installers/iso/build $(VERSION) "$(POSTGRES)" "$(KEYS)"

bench: build ## figures as counts and ratios, one table
	@.ci/need postgres strace
	$(GO) run ./cmd/egovctl/internal/bench

drill: build ## install, move, back up, restore: cut at every kind of journal line, and more faults; prints its counts (root, loop devices); random fsyncs are for the long one
	@.ci/need postgres strace loop
	@mkdir -p dist && rm -f dist/drill.txt
	@TMPDIR=$(DRILL_TMP) DRILL_COUNTS=$(CURDIR)/dist/drill.txt $(GO) test -count=1 -timeout 40m -parallel 3 -tags drill \
	  -run '^TestDrill' -skip '^TestDrill(InShort|KillAtRandomSyncs.*)$$' $(DRILLS); rc=$$?; sort -k2 dist/drill.txt; exit $$rc

drill-hosts: build ## the drills named TestHostDrill: on a booted machine, from the disc, with PostgreSQL built from its source (network, root, many minutes)
	@.ci/need postgres nspawn debootstrap xorriso pgbuild
	@$(GO) test -count=1 -timeout 90m -tags drill -run '^TestHostDrill' $(HOST_DRILLS)

drill-long: build ## the same at every line, with thousands of random cuts, within BUDGET=2h; what has passed by dist/drill.jsonl is not run again
	@.ci/need postgres strace loop nspawn
	@mkdir -p dist && rm -f dist/drill.txt && { [ -s dist/drill.seed ] || date +%s >dist/drill.seed; }
	@DRILL_BUDGET=$(BUDGET) DRILL_LEDGER=$(CURDIR)/dist/drill.jsonl DRILL_SEED=$$(cat dist/drill.seed) DRILL_COUNTS=$(CURDIR)/dist/drill.txt \
	  TMPDIR=$(DRILL_TMP) $(GO) test -count=1 -timeout 0 -parallel 3 -tags drill -run '^TestDrill' -skip '^TestDrillInShort$$' ./cmd/egovctl; \
	  rc=$$?; sort -k2 dist/drill.txt; \
	  for outcome in passed failed; do echo "$$(grep -c "\"outcome\":\"$$outcome\"" dist/drill.jsonl) cases $$outcome, by dist/drill.jsonl with seed $$(cat dist/drill.seed)"; done; exit $$rc

clean: ## remove what was built
	rm -rf bin dist && find $(DIST) -type f -not -name PLACEHOLDER.txt -delete
