# Other compilers, processors and smaller builds; a part of the Makefile. Every check builds in a
# folder of its own below BUILD; where a tool is missing it says so and is passed over.

.PHONY: portability check-core check-isa check-clang check-small check-arm check-emulated sizes

portability: ## checks all that follow, which takes long
	@$(MAKE) --no-print-directory check-isa
	@$(MAKE) --no-print-directory check-clang
	@$(MAKE) --no-print-directory check-small
	@$(MAKE) --no-print-directory check-arm

skip = echo '$@: skipped, $(1)'
has = command -v $(1) >/dev/null 2>&1

# What depends on the compiler and the processor: the tests in C, and operations and layers in Lua.
CORE_SPECS := $(wildcard spec/op_*_spec.lua spec/nn_values_spec.lua spec/golden_spec.lua \
  spec/models_rules_spec.lua)

# Tests of what a small build goes without.
LEFT_OUT_TESTS := $(call without,OPENBLAS,lapack) $(call without,PNG,png png_foreign pnm) \
  $(call without,JPEG,jpeg jpeg_foreign data_pipeline)
CORE_TESTS := $(filter-out $(LEFT_OUT_TESTS:%=$(BUILD)/spec/%_test),$(C_TESTS))

check-core: $(CORE_TESTS) $(if $(EMULATOR),,all)
	@$(call command,$(LUA),lua5.4)
	@WICK_BUILD='$(abspath $(BUILD))' WICK_LUA='$(LUA)' WICK_EMULATOR='$(EMULATOR)' \
	  $(LUA) spec/support/run_specs.lua --jobs $(JOBS) $(CORE_TESTS) $(if $(EMULATOR),,$(SPECS))

check-isa: all $(C_TESTS) ## the core with AVX-512, with AVX2 and in plain C, as far as they are here
	@for isa in avx512 avx2 plain; do \
	  if WICK_ISA=$$isa $(PROGRAM) --version | grep -q " $$isa kernels"; then \
	    echo "WICK_ISA=$$isa"; \
	    WICK_ISA=$$isa $(MAKE) --no-print-directory check-core SPECS='$(CORE_SPECS)' || exit 1; \
	  else $(call skip,this processor has no '$$isa'); fi; \
	done

check-clang: ## the core built by Clang
	@if $(call has,clang); then \
	  $(MAKE) --no-print-directory check-core CC=clang BUILD=$(BUILD)/clang SPECS='$(CORE_SPECS)'; \
	else $(call skip,clang is missing: apt-get install -y clang); fi

SMALL = BUILD=$(BUILD)/small WITH_OPENBLAS=0 WITH_PNG=0 WITH_JPEG=0 WITH_EDIT=0

check-small: ## a build without OpenBLAS, libpng, libjpeg and libedit
	@$(MAKE) --no-print-directory check-core $(SMALL) \
	  SPECS='spec/left_out_spec.lua spec/nn_values_spec.lua'

sizes: all ## prints the table of sizes, with PyTorch's and others' if $$WICK_PEER_PYTHON has them
	@$(MAKE) --no-print-directory all $(SMALL) >/dev/null
	@.packaging/sizes $(BUILD) $(BUILD)/small '$(CC)'

# Tests run through qemu, the program too; Debian's packages for arm64 have to be there.
ARM := aarch64-linux-gnu
ARM_PACKAGES := gcc-$(ARM) qemu-user-static libopenblas-pthread-dev:arm64 zlib1g-dev:arm64 \
  libpng-dev:arm64 libjpeg62-turbo-dev:arm64 liblua5.4-dev:arm64 libedit-dev:arm64

check-arm: export PKG_CONFIG_LIBDIR = /usr/lib/$(ARM)/pkgconfig:/usr/share/pkgconfig
check-arm: ## the core cross-built for arm64, run under qemu
	@if $(call has,$(ARM)-gcc) && $(call has,qemu-aarch64-static) && \
	  pkg-config --exists openblas lua5.4 zlib libpng libjpeg libedit; then \
	  $(MAKE) --no-print-directory check-core check-emulated CC=$(ARM)-gcc BUILD=$(BUILD)/arm \
	    EMULATOR='qemu-aarch64-static -L /' SPECS=; \
	else $(call skip,a package is missing: dpkg --add-architecture arm64 and apt-get install -y \
	  $(ARM_PACKAGES)); fi

check-emulated: all
	@$(EMULATOR) $(PROGRAM) --version
	@$(EMULATOR) $(PROGRAM) examples/train/mnist.lua --demo --epochs 1 | grep '^epoch'
