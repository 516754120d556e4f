# Vitrine. Needs Go (1.21 or newer), Node (20 or newer) and make; `make help`
# lists the targets. Versions are pinned here (Go), in go.mod (Go modules, among
# them esbuild) and in package-lock.json (npm packages).

export GOTOOLCHAIN := go1.27.3

GO      := go
GOFMT   := "$$($(GO) env GOROOT)/bin/gofmt"
WASM    := GOOS=js GOARCH=wasm $(GO)
IN_NODE := "node --require $(CURDIR)/wasm/alone.cjs --stack-size=8192 $$($(GO) env GOROOT)/lib/wasm/wasm_exec_node.js"
ESBUILD := $(GO) run ./tools/bundle --log-level=warning
# What the browser runs takes tiktoken-go without its network loader.
MODFILE := -modfile=build/wasm.mod
# What several workers run on one memory: the functions of core/kernel by their numbers.
SHARED  := q8Streams q8Four f32One f32Streams f32Four rowsTo16 pairsTo16 scoresRows scaleRows8s softmaxRows8s weightsRows mixRows geluNew8s layerNormRows add8s
PAGE    := --bundle --format=esm --target=es2022 --minify --outdir=build/site
ADDR    := localhost:8080

# Folders are listed too: their time changes when a file in them is removed.
GO_FILES  := go.mod go.sum $(shell find core wasm ! -path 'wasm/quantize*')
TOOL_FILES := $(GO_FILES) $(shell find wasm/quantize tools/quantize)
WEB_FILES := $(shell find web ! -name '*.test.js')
MODELS    := $(shell find models)
DEFAULT   := models/$(shell sed -n 's/.*"url": "\(.*\)".*/\1/p' models/manifest.json | head -n 1)
EXAMPLES  := $(shell find examples)
PACKAGES  := node_modules/.package-lock.json

.PHONY: bench bench-peers model-eval help run build classroom package check serve quantize test test-go test-train test-wasm test-web test-e2e soak fmt check-fmt vet size icons chromium firefox clean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' Makefile

run: build serve ## build everything and serve the page at ADDR (localhost:8080)
	build/serve -dir dist -addr $(ADDR)

build: dist/index.html ## put the whole site into dist/, for any static server

CLASS := build/vitrine-classroom
classroom: build ## put the site and servers for three systems into one folder and a zip, for a local network
	rm -rf $(CLASS) $(CLASS).zip && mkdir -p $(CLASS) && cp -R dist $(CLASS)/site
	cp tools/pack/classroom.txt $(CLASS)/README.txt
	CGO_ENABLED=0 GOOS=linux GOARCH=amd64 $(GO) build -trimpath -ldflags="-s -w" -o $(CLASS)/serve-linux ./tools/serve
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 $(GO) build -trimpath -ldflags="-s -w" -o $(CLASS)/serve-macos ./tools/serve
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 $(GO) build -trimpath -ldflags="-s -w" -o $(CLASS)/serve-windows.exe ./tools/serve
	$(GO) run ./tools/pack -zip $(CLASS).zip $(CLASS)
	@echo "$(CLASS) and $(CLASS).zip are ready: README.txt says how to hand them out"

# The page alone needs these; all other files are the engine's or the elements'.
PAGE_ONLY := index.html app.js unstarted.js service-worker.js vitrine.webmanifest icons examples
package: build ## write build/vitrine-VERSION.tgz, which npm and bundlers take
	rm -rf build/package && mkdir -p build/package && cp -R dist build/package/files
	cd build/package/files && rm -r $(PAGE_ONLY)
	cp LICENSE tools/pack/npm/package.json tools/pack/npm/README.md build/package/
	cd build/package && npm pkg set version="$$(node -p 'require("../../package.json").version')" && npm pack --silent --pack-destination ..

serve: ## compile the static server
	$(GO) build -o build/serve ./tools/serve

quantize: ## compile the converter
	$(GO) build -o build/quantize ./tools/quantize

test: ## run every check and test: those of the browser, some of which measure it, when the others have ended
	$(MAKE) --no-print-directory --jobs=2 $(TOGETHER) check-fmt vet test-go test-train test-wasm test-web
	$(MAKE) --no-print-directory test-e2e

# What a target prints stays in one piece where make can do that.
TOGETHER := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

check: ## ask the databases of known vulnerabilities about all that is built or shipped; say where they cannot be reached
	$(GO) run ./tools/check

check-fmt: ## fail where gofmt would change a file
	@files=$$($(GOFMT) -l core wasm tools e2e) && test -z "$$files" || { echo "not formatted, run make fmt: $$files"; exit 1; }

fmt: ## format the Go files
	$(GOFMT) -w core wasm tools e2e

vet: build/wasm.mod ## vet the native Go code and the wasm code, and compile the two programs that people run for Windows
	$(GO) vet ./core/... ./tools/... ./e2e/...
	GOOS=windows $(GO) build -o build/windows/ ./tools/quantize ./tools/serve
	GOEXPERIMENT=simd $(WASM) vet $(MODFILE) ./core/... ./wasm/...

test-go: build/wasm.mod ## Go tests, native
	$(GO) test ./core/... ./tools/... ./e2e/...

PYTHON ?= $(shell for python in python3 /usr/bin/python3; do $$python -c 'import torch' 2>/dev/null && echo $$python && break; done)
test-train: ## the recipe of the default model, where Python has PyTorch
	@if test -n "$(PYTHON)"; then cd tools/train && $(PYTHON) -B test_train.py; else echo "test-train: skipped, no python3 with PyTorch here"; fi

# SIMD is core/kernel's alone: what does not use it is the same code in both builds. core/generate, whose runs take long
# without it, is tested with it and native.
USES_KERNEL := {{$$path := .ImportPath}}{{range .Deps}}{{if eq . "vitrine/core/kernel"}}{{$$path}}{{end}}{{end}}
test-wasm: build/wasm.mod ## the same tests of the engine as wasm in Node; with SIMD too where the kernels are used
	$(WASM) test $(MODFILE) -exec $(IN_NODE) $$($(WASM) list $(MODFILE) ./core/... ./wasm/... | grep -v '/core/generate$$')
	GOEXPERIMENT=simd $(WASM) test $(MODFILE) -exec $(IN_NODE) ./core/kernel $$($(WASM) list $(MODFILE) -f '$(USES_KERNEL)' ./core/... ./wasm/...)

test-web: $(PACKAGES) build/wasm_exec.js build/recording.bin build/symbols.html ## JavaScript: types, then unit tests in Node
	npx tsc --project web/tsconfig.json
	npx tsc --project web/tsconfig.worker.json
	node --test --test-concurrency=4 $$(find web e2e -name '*.test.js')

test-e2e: build package serve quantize chromium firefox ## the built page in a browser, with the size over the wire
	npx playwright test --grep-invert @alone --workers 3
	npx playwright test --grep @alone

soak: build serve chromium ## use the page and the API for long, and compare what is left behind (some minutes)
	SOAK=1 npx playwright test e2e/soak.spec.js

size: build serve chromium ## print what the page loads, compressed; fail above 2 MB
	npx playwright test e2e/size.spec.js

icons: ## draw the PNG icons of web/icons from the SVG
	node tools/icons/draw.js

chromium: ## find a Chromium for the tests; as root on Debian, install one
	@command -v chromium-headless-shell >/dev/null || { test -z "$$CHROMIUM" && test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
		&& apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium-headless-shell fonts-dejavu-core; } || true
	@node e2e/chromium.js

firefox: ## find a Firefox for one test, which is skipped without; as root on Debian, install one
	@node e2e/firefox.js >/dev/null 2>&1 || { test -z "$$FIREFOX" && test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
		&& apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends firefox-esr; } || true
	@node e2e/firefox.js || true

BENCHES := -run '^$$' -bench . -benchtime 200ms ./core/kernel
bench: build serve chromium build/bench/gpt2-124m-q8_0.gguf ## benchmark the kernels and the engine in a browser (a quiet machine, 10 minutes)
	$(GO) test $(BENCHES) > build/bench/native.txt || { cat build/bench/native.txt; exit 1; }
	GOEXPERIMENT=simd $(WASM) test $(MODFILE) -exec $(IN_NODE) $(BENCHES) > build/bench/wasm.txt || { cat build/bench/wasm.txt; exit 1; }
	rm -rf build/bench/site && mkdir -p build/bench/site/bench && cp -R dist/. build/bench/site/
	ln build/bench/gpt2-124m-q8_0.gguf build/bench/site/bench/
	node e2e/bench/bench.js

MODEL ?= $(DEFAULT)
TEXT  ?= ../shared/text
model-eval: ## measure MODEL, with the texts in TEXT where they are, beside the same model in float32 in REFERENCE if it is given (some minutes)
	$(GO) run ./tools/eval -text "$(TEXT)" -reference "$(REFERENCE)" $(MODEL)

PEERS ?= ../shared/peers
OURS  := --mount /bench=$(CURDIR)/e2e/bench --mount /vitrine=$(CURDIR)/dist
bench-peers: build ## run the other engines beside ours, by turns in one page and one by one, with the harness and packages in PEERS
	@test -d $(PEERS)/node_modules || { echo "PEERS=$(PEERS) has no packages: copy the folder, follow its README, and name the copy"; exit 1; }
	cd $(PEERS) && for threads in 1 2; do \
		node run.mjs page $$threads --path /bench/pairs.html $(OURS) || exit 1; done
	cd $(PEERS) && for round in 1 2 3; do for threads in 1 2; do \
		node run.mjs ext $$threads --module /bench/peer.mjs $(OURS) && \
		node run.mjs ort-int8 $$threads && node run.mjs wllama2 $$threads || exit 1; done; done

build/bench/gpt2-124m-q8_0.gguf: $(wildcard e2e/bench/model/*.go)
	mkdir -p build/bench && $(GO) run ./e2e/bench/model $@

clean: ## remove everything that was built or installed
	rm -rf build dist node_modules test-results playwright-report

# The site is put together beside dist/ and takes its place whole, so that no
# file of an earlier build remains. The names of hashed files go into the code
# that loads them. Targets get the time at which their making began: what is
# edited meanwhile counts as newer.
dist/index.html: $(WEB_FILES) $(MODELS) $(EXAMPLES) $(PACKAGES) build/vitrine-shared.wasm build/vitrine-simd.wasm build/vitrine-portable.wasm build/vitrine-quantize.wasm build/wasm_exec.js build/recording.bin build/symbols.html $(wildcard tools/pack/*.go tools/bundle/*.go tools/notices/*.go) LICENSE Makefile
	rm -rf build/site build/meta && mkdir -p build/site && touch build/site.begun
	$(ESBUILD) build/vitrine-shared.wasm build/vitrine-simd.wasm build/vitrine-portable.wasm build/vitrine-quantize.wasm --loader:.wasm=copy --entry-names=[name]-[hash] --outdir=build/site
	cd build/site && ls vitrine-shared-*.wasm > ../shared.name && ls vitrine-simd-*.wasm > ../simd.name && ls vitrine-portable-*.wasm > ../portable.name && ls vitrine-quantize-*.wasm > ../quantize.name
	$(ESBUILD) web/worker.js $(PAGE) --metafile=build/meta/worker.json --entry-names=[name]-[hash] \
		--define:VITRINE_WASM_SHARED="\"$$(cat build/shared.name)\"" --define:VITRINE_WASM_SIMD="\"$$(cat build/simd.name)\"" --define:VITRINE_WASM_PORTABLE="\"$$(cat build/portable.name)\"" \
		--define:VITRINE_WASM_SHARED_BYTES="$$(wc -c < build/vitrine-shared.wasm)" --define:VITRINE_WASM_SIMD_BYTES="$$(wc -c < build/vitrine-simd.wasm)" --define:VITRINE_WASM_PORTABLE_BYTES="$$(wc -c < build/vitrine-portable.wasm)"
	$(ESBUILD) web/quantizer.js $(PAGE) --metafile=build/meta/quantizer.json --entry-names=[name]-[hash] \
		--define:VITRINE_WASM_QUANTIZE="\"$$(cat build/quantize.name)\"" --define:VITRINE_WASM_QUANTIZE_BYTES="$$(wc -c < build/vitrine-quantize.wasm)"
	cd build/site && ls worker-*.js > ../worker.name && ls quantizer-*.js > ../quantizer.name
	$(ESBUILD) app=web/app.js vitrine=web/vitrine.js v1/embed=web/embed.js v1/frame=web/frame.js $(PAGE) --metafile=build/meta/page.json --splitting --chunk-names=[name]-[hash] \
		--loader:.bin=binary --loader:.html=text --define:VITRINE_ENGINE_BYTES="$$(gzip -c build/vitrine-simd.wasm | wc -c)" \
		--define:VITRINE_WORKER="\"$$(cat build/worker.name)\"" --define:VITRINE_QUANTIZER="\"$$(cat build/quantizer.name)\""
	$(ESBUILD) $(filter-out web/styles/embed.css,$(wildcard web/styles/*.css)) --minify --outdir=build/site/styles
	$(ESBUILD) web/unstarted.js --minify --outdir=build/site
	cp web/index.html web/vitrine.d.ts web/vitrine.webmanifest build/site/
	cp web/embed.html build/site/v1/
	cp -R web/icons examples build/site/
	mkdir build/site/models && cp models/manifest.json models/*.gguf build/site/models/
	$(GO) run ./tools/notices build/meta/*.json > build/site/NOTICES.txt
	$(GO) run ./tools/pack -list build/site > build/site.json
	$(ESBUILD) web/service-worker.js --minify --target=es2022 --outdir=build/site \
		--define:VITRINE_SITE="$$(cat build/site.json)" --define:VITRINE_MODEL="\"$(DEFAULT)\""
	rm -rf dist && mv build/site dist
	touch -r build/site.begun $@

build/vitrine-simd.wasm: $(GO_FILES) build/wasm.mod Makefile
	touch $@.begun
	GOEXPERIMENT=simd $(WASM) build $(MODFILE) -buildvcs=false -trimpath -ldflags="-s -w" -o $@ ./wasm
	touch -r $@.begun $@

build/vitrine-shared.wasm: build/vitrine-simd.wasm $(wildcard tools/share/*.go)
	touch $@.begun
	GOEXPERIMENT=simd $(WASM) build $(MODFILE) -buildvcs=false -trimpath -ldflags=-w -o build/named.wasm ./wasm
	$(GO) run ./tools/share -in build/named.wasm -out $@ -export "$(SHARED:%=vitrine_core_kernel.%)"
	touch -r $@.begun $@

build/vitrine-portable.wasm: $(GO_FILES) build/wasm.mod Makefile
	touch $@.begun
	$(WASM) build $(MODFILE) -buildvcs=false -trimpath -ldflags="-s -w" -o $@ ./wasm
	touch -r $@.begun $@

# The converter, which the page loads when a user opens a checkpoint.
build/vitrine-quantize.wasm: $(TOOL_FILES) build/wasm.mod Makefile
	touch $@.begun
	$(WASM) build $(MODFILE) -buildvcs=false -trimpath -ldflags="-s -w" -o $@ ./wasm/quantize
	touch -r $@.begun $@

# tiktoken-go with wasm/tiktoken/load.go in the place of its own loader, a stand-in
# for the regular expressions that it links, and a go.mod that names both. (Go's
# -overlay refuses files of the module cache.)
build/wasm.mod: go.mod go.sum wasm/tiktoken/load.go wasm/tiktoken/regexp2/regexp2.go Makefile
	rm -rf build/tiktoken build/regexp2 && mkdir -p build/tiktoken build/regexp2
	$(GO) mod download github.com/pkoukk/tiktoken-go
	source=$$($(GO) list -m -f '{{.Dir}}' github.com/pkoukk/tiktoken-go) && cp "$$source"/go.mod "$$source"/*.go build/tiktoken/
	chmod -R u+w build/tiktoken && rm build/tiktoken/*_test.go
	cp wasm/tiktoken/load.go build/tiktoken/load.go
	cp wasm/tiktoken/regexp2/regexp2.go build/regexp2/ && echo "module github.com/dlclark/regexp2" > build/regexp2/go.mod
	cp go.sum build/wasm.sum && cp go.mod $@
	$(GO) mod edit -replace github.com/dlclark/regexp2=./build/regexp2 $@
	$(GO) mod edit -replace github.com/pkoukk/tiktoken-go=./build/tiktoken $@

# What an element shows before it runs: the end of a run of the default model.
build/recording.bin: $(GO_FILES) $(MODELS) $(wildcard tools/record/*.go tools/modelfile/*.go)
	mkdir -p build && $(GO) run ./tools/record -in $(DEFAULT) -out $@

# The icons of the page, for the elements.
build/symbols.html: web/index.html
	mkdir -p build && sed -n '/<symbol /p' web/index.html > $@

# Go's own loader of wasm programs; not ours to type-check.
build/wasm_exec.js: go.mod Makefile
	mkdir -p build
	{ echo '// @ts-nocheck'; cat "$$($(GO) env GOROOT)/lib/wasm/wasm_exec.js"; } > $@

$(PACKAGES): package.json package-lock.json
	npm ci --no-audit --no-fund
	touch $@
