# Builds, tests and installs Wick. `make help` lists the targets.
#
#   BUILD    where everything that is made goes (build)
#   PREFIX   where `make install` puts it (/usr/local); more about that in .packaging/packaging.mk
#   CC       the compiler (gcc); CFLAGS and LDFLAGS are added to ours
#   WITH_OPENBLAS WITH_PNG WITH_JPEG WITH_EDIT
#            0: without that library, for small targets (docs/installing.md says what is missing then)
#   SANITIZE sanitizers to build with: make BUILD=build/tsan SANITIZE=thread
#   V        V=1 shows the commands
#
# Sources are found by pattern: a new .c file, spec or C test needs no line here.

BUILD ?= build
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
LUA := lua5.4
VERSION := $(shell awk '/define WICK_VERSION_/ { text = text dot $$3; dot = "." } \
  END { print text }' core/wick.h)
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: default all deps test test-long lint format layers asan asan-test bench bench-quick bench-shapes bench-embed suites demo \
  docs env clean help tools FORCE
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

default: all

# ---- packages --------------------------------------------------------------------------------

PACKAGES := gcc libc6-dev make pkg-config lua5.4 liblua5.4-dev libopenblas-dev libopenblas0-pthread \
  libpng-dev libjpeg-dev zlib1g-dev libedit-dev lua-penlight lua-moses lua-busted lua-check clang-format luajit g++

deps: ## installs the Debian packages that are missing (the only target that installs anything)
	@missing=; for p in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; \
	done; \
	if [ -z "$$missing" ]; then echo 'make deps: nothing is missing'; exit 0; fi; \
	if [ "$$(id -u)" != 0 ]; then \
	  echo "make deps: run as root: apt-get install -y --no-install-recommends$$missing" >&2; exit 1; \
	fi; \
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing || { \
	  echo 'make deps: apt-get failed; `apt-get update` brings its lists up to date' >&2; exit 1; }

# What deps installs changes what the rest of this file finds out. Goals named beside it are made
# after it, by a make that reads the file anew.
ifneq ($(filter deps,$(MAKECMDGOALS)),)

AFTER := $(filter-out deps,$(MAKECMDGOALS))
.PHONY: $(AFTER)
$(AFTER): deps
	@$(MAKE) --no-print-directory -j$(JOBS) $@

else

ifeq ($(MAKELEVEL)$(filter clean,$(MAKECMDGOALS)),0)
MAKEFLAGS += -j$(JOBS)
endif

# ---- flags -----------------------------------------------------------------------------------

Q := $(if $(V),,@)

# What can be left out: $(call with,NAME,TEXT) is TEXT in builds that have it.
WITH_OPENBLAS ?= 1
WITH_PNG ?= 1
WITH_JPEG ?= 1
WITH_EDIT ?= 1
with = $(if $(filter 0,$(WITH_$(1))),,$(2))
without = $(if $(filter 0,$(WITH_$(1))),$(2))
CORE_PACKAGES := $(call with,OPENBLAS,openblas) zlib $(call with,PNG,libpng) $(call with,JPEG,libjpeg)
PROGRAM_PACKAGES := lua5.4 $(call with,EDIT,libedit)
LEFT_OUT := $(foreach name,OPENBLAS PNG JPEG EDIT,$(call without,$(name),-DWICK_WITHOUT_$(name)))
package = $(shell pkg-config $(1) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Werror
# The hints to GCC's optimiser are none of Clang's.
WARNINGS += $(if $(findstring clang,$(CC)),-Wno-unknown-pragmas)
ifdef SANITIZE
OPTIMISE := -O1 -g -fno-omit-frame-pointer -fsanitize=$(SANITIZE)
SANITIZE_LINK := -fsanitize=$(SANITIZE)
ifneq ($(findstring undefined,$(SANITIZE)),)
OPTIMISE += -fno-sanitize-recover=undefined
endif
else
OPTIMISE := -O3 -g
endif
OPTIMISE += -fno-math-errno -fno-trapping-math

COMPILE := -std=c11 -D_GNU_SOURCE -Icore $(OPTIMISE) -fPIC -pthread \
  $(WARNINGS) $(LEFT_OUT) $(call package,--cflags $(CORE_PACKAGES)) $(CFLAGS)
# The program finds its files relative to its own place (bindings/main.c): the paths from the
# folder $(1) to the Lua files and the C module.
from = $(shell realpath -m --relative-to=$(1) $(2))
places = -DWICK_PLACE_LUA='"$(call from,$(1),$(2))"' -DWICK_PLACE_LIB='"$(call from,$(1),$(3))"'

LUA_COMPILE := $(call package,--cflags lua5.4)
LIBRARIES := -Wl,--as-needed $(call package,--libs $(CORE_PACKAGES)) -pthread -lm

# Kernels for one instruction set carry its name; elsewhere they compile to nothing. Contraction is
# what ISO mode switches off: without it no multiply-add is fused. Arm64 fuses in the same kernels:
# NEON is its baseline, so they stand in the sources whose neighbours carry the names of others.
MACHINE := $(shell $(CC) -dumpmachine 2>/dev/null)
# Clang heeds what a source says against it only with `on`, which fuses within expressions.
FUSED := -ffp-contract=$(if $(findstring clang,$(CC)),on,fast)
ifneq ($(findstring x86_64,$(MACHINE)),)
AVX2 := -mavx2 -mfma $(FUSED)
AVX512 := -mavx512f -mavx512vl -mavx512bw -mavx512dq -mfma $(FUSED) \
  -mprefer-vector-width=512
else ifneq ($(findstring aarch64,$(MACHINE)),)
NEON := $(FUSED)
COMPILE += -ffp-contract=off
endif

# ---- files -----------------------------------------------------------------------------------

OBJ := $(BUILD)/obj
CORE := $(sort $(filter-out $(call without,OPENBLAS,core/kernel/blas.c) \
  $(call without,PNG,core/image/png%.c) $(call without,JPEG,core/image/jpeg%.c), \
  $(shell find core -name '*.c')))
# main.c and edit.c are the program's alone; system.c is in both. embed.c and limits.c are for hosts
# with a Lua state of their own.
PROGRAM_ONLY := bindings/main.c $(call with,EDIT,bindings/edit.c)
EMBED_ONLY := bindings/embed.c bindings/limits.c
BINDINGS := $(sort $(filter-out $(PROGRAM_ONLY) bindings/edit.c $(EMBED_ONLY),$(wildcard bindings/*.c)))
PROGRAM_OBJECTS := $(PROGRAM_ONLY:%.c=$(OBJ)/%.o) $(OBJ)/bindings/system.o
CORE_OBJECTS := $(CORE:%.c=$(OBJ)/%.o)
BINDING_OBJECTS := $(BINDINGS:%.c=$(OBJ)/%.o)
EMBED_OBJECTS := $(EMBED_ONLY:%.c=$(OBJ)/%.o) $(OBJ)/modules.o $(BINDING_OBJECTS)
LIBRARY := $(BUILD)/libwick.a
SHARED := $(BUILD)/libwick.so.0
LUA_LIBRARY := $(BUILD)/libwick_lua.a
LUA_SHARED := $(BUILD)/libwick_lua.so.0
MODULE := $(BUILD)/lib/wick/core.so
PROGRAM := $(BUILD)/wick
C_TESTS := $(patsubst spec/%.c,$(BUILD)/spec/%,$(wildcard spec/*_test.c))
HOSTS := $(patsubst examples/embed/%.c,$(BUILD)/embed/%,$(wildcard examples/embed/*.c))
LUA_FILES := $(sort $(shell find lua -name '*.lua'))

all: $(LIBRARY) $(SHARED) $(LUA_LIBRARY) $(LUA_SHARED) $(MODULE) $(PROGRAM) \
  $(BUILD)/wick_ffi.lua ## builds everything
ifeq ($(BUILD),build)
	@ln -sfn build/wick wick
endif

# ---- compiling -------------------------------------------------------------------------------

$(patsubst %_avx2.c,$(OBJ)/%.o,$(wildcard core/kernel/*_avx2.c)): EXTRA = $(NEON)
$(OBJ)/core/kernel/%_avx2.o: EXTRA = $(AVX2)
$(OBJ)/core/kernel/%_avx512.o: EXTRA = $(AVX512)
$(OBJ)/spec/%_test.o: EXTRA = -Ispec
$(OBJ)/bindings/%.o $(OBJ)/spec/support/interpreter.o: EXTRA = $(LUA_COMPILE)
$(OBJ)/bindings/main.o: EXTRA = $(LUA_COMPILE) $(call places,$(BUILD),lua,$(BUILD)/lib)
$(OBJ)/bindings/edit.o: EXTRA = $(LUA_COMPILE) $(call package,--cflags libedit)

$(BUILD)/modules.c: $(LUA_FILES) bindings/modules.lua $(BUILD)/sources
	@mkdir -p $(@D)
	@$(LUA) bindings/modules.lua $(LUA_FILES) > $@

$(OBJ)/modules.o: $(BUILD)/modules.c bindings/modules.h $(BUILD)/flags | tools
	@mkdir -p $(@D)
	@echo '  cc $<'
	$(Q)$(CC) $(COMPILE) -Ibindings -c $< -o $@

$(OBJ)/%.o: %.c $(BUILD)/flags | tools
	@mkdir -p $(@D)
	@echo '  cc $<'
	$(Q)$(CC) $(COMPILE) $(EXTRA) -MMD -MP -c $< -o $@

# Writes the target when it does not hold this text already.
keep = text='$(subst ','\'',$(1))'; echo "$$text" | cmp -s - $@ || echo "$$text" > $@

# Changes when the flags do, so that what was built with others is built again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@$(call keep,$(CC) $(COMPILE) $(AVX2) $(AVX512) $(LIBRARIES) $(LDFLAGS))

-include $(CORE_OBJECTS:.o=.d) $(BINDING_OBJECTS:.o=.d) $(PROGRAM_OBJECTS:.o=.d) \
  $(EMBED_ONLY:%.c=$(OBJ)/%.d) \
  $(patsubst $(BUILD)/spec/%,$(OBJ)/spec/%.d,$(C_TESTS))

# ---- linking ---------------------------------------------------------------------------------

# Removed sources leave the archive too: it is made anew.
$(LIBRARY): $(CORE_OBJECTS) $(BUILD)/sources
	@rm -f $@
	@echo '  ar $@'
	$(Q)ar rcs $@ $(CORE_OBJECTS)

$(BUILD)/sources: FORCE
	@mkdir -p $(@D)
	@$(call keep,$(CORE) $(BINDINGS) $(LUA_FILES))

# What a host with a Lua state of its own links with: the core, the bindings, the Lua modules.
$(LUA_LIBRARY): $(EMBED_OBJECTS) $(CORE_OBJECTS) $(BUILD)/sources
	@rm -f $@
	@echo '  ar $@'
	$(Q)ar rcs $@ $(EMBED_OBJECTS) $(CORE_OBJECTS)

$(BUILD)/libwick.map:
	@mkdir -p $(@D)
	@echo 'WICK_0 { global: wick_[a-z]*; luaopen_wick; local: *; };' > $@

# Lua itself is the host's, linked or built in.
$(SHARED) $(LUA_SHARED): $(BUILD)/%.so.0: $(BUILD)/%.a $(BUILD)/libwick.map
	@echo '  ld $@'
	$(Q)$(CC) -shared $(SANITIZE_LINK) $(LDFLAGS) -Wl,-soname,$(@F) \
	  -Wl,--version-script=$(BUILD)/libwick.map -Wl,-z,nodelete \
	  -Wl,--whole-archive $< -Wl,--no-whole-archive $(LIBRARIES) -o $@
	@ln -sfn $(@F) $(@:.0=)

# Never unloaded: the thread pool would lose its code when a Lua state closes.
$(MODULE): $(BINDING_OBJECTS) $(LIBRARY) $(BUILD)/sources
	@mkdir -p $(@D)
	@echo '  ld $@'
	$(Q)$(CC) -shared $(SANITIZE_LINK) $(LDFLAGS) -Wl,-z,nodelete -Wl,--exclude-libs,libwick.a \
	  $(BINDING_OBJECTS) $(LIBRARY) $(LIBRARIES) -o $@

link_program = $(CC) $(SANITIZE_LINK) $(LDFLAGS) -Wl,-E $(1) \
  $(call package,--libs $(PROGRAM_PACKAGES)) -pthread -lm -ldl -o $@

$(PROGRAM): $(PROGRAM_OBJECTS)
	@echo '  ld $@'
	$(Q)$(call link_program,$(PROGRAM_OBJECTS))

# The library's declarations for LuaJIT.
$(BUILD)/wick_ffi.lua: core/wick.h bindings/cdef.lua
	@mkdir -p $(@D)
	@$(LUA) bindings/cdef.lua $< > $@

$(BUILD)/spec/%_test: $(OBJ)/spec/%_test.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  ld $@'
	$(Q)$(CC) $(SANITIZE_LINK) $(LDFLAGS) $< $(LIBRARY) $(LIBRARIES) -o $@

# Hosts see what an installation gives them: the two headers and the libraries.
$(BUILD)/embed/%: examples/embed/%.c $(LUA_LIBRARY) bindings/wick_lua.h
	@mkdir -p $(@D)
	@echo '  cc $<'
	$(Q)$(CC) $(COMPILE) $(LUA_COMPILE) -Ibindings $(SANITIZE_LINK) $(LDFLAGS) $< $(LUA_LIBRARY) \
	  $(call package,--libs lua5.4) $(LIBRARIES) -o $@

# ---- what the machine must have --------------------------------------------------------------

# $(call command,NAME,PACKAGE) and $(call library,NAME,PACKAGE): fail with one line that helps.
missing = { echo 'make: $(1) is missing: apt-get install -y $(2)   (make deps installs everything)' >&2; exit 1; }
command = command -v $(1) >/dev/null 2>&1 || $(call missing,$(1),$(2))
library = pkg-config --exists $(1) 2>/dev/null || $(call missing,$(1),$(2))

tools:
	@$(call command,$(firstword $(CC)),gcc)
	@$(call command,pkg-config,pkg-config)
	@$(call library,lua5.4,liblua5.4-dev)
	@$(call with,OPENBLAS,$(call library,openblas,libopenblas-dev libopenblas0-pthread))
	@$(call library,zlib,zlib1g-dev)
	@$(call with,PNG,$(call library,libpng,libpng-dev))
	@$(call with,JPEG,$(call library,libjpeg,libjpeg-dev))
	@$(call with,EDIT,$(call library,libedit,libedit-dev))

# ---- checking --------------------------------------------------------------------------------

# Always lua5.4 by name: other packages bring older Luas that win as `lua`, and so as `busted`.
TEST_LUA := $(LUA)
define run_specs
	@$(call command,$(LUA),lua5.4)
	@$(call command,busted,lua-busted)
	@WICK_BUILD='$(abspath $(BUILD))' WICK_LUA='$(TEST_LUA)' $(LUA) spec/support/run_specs.lua \
	  --jobs $(JOBS) $(1) $(SPECS)
endef

test: all $(C_TESTS) $(HOSTS) ## runs every spec and C test; SPECS='spec/a_spec.lua ...' runs those
	$(call run_specs)

test-long: all $(C_TESTS) $(HOSTS) ## runs the tests and those that take minutes
	$(call run_specs,--long)

asan: ## runs the tests under the address and undefined-behaviour sanitizers, leaks included
	@$(MAKE) --no-print-directory BUILD=build/asan SANITIZE=address,undefined asan-test

asan-test: TEST_LUA = $(abspath $(BUILD))/lua
asan-test: export ASAN_OPTIONS = detect_leaks=1:allocator_may_return_null=1
# Cached blocks are poisoned and hold each other: pointers in poisoned memory count.
asan-test: export LSAN_OPTIONS = suppressions=spec/support/leaks.txt:print_suppressions=0:use_poisoned=1
asan-test: export UBSAN_OPTIONS = print_stacktrace=1
asan-test: all $(C_TESTS) $(HOSTS) $(BUILD)/lua
	$(call run_specs)

# An interpreter linked with the sanitizers, as they want to be there before the module.
$(BUILD)/lua: $(OBJ)/spec/support/interpreter.o
	@echo '  ld $@'
	$(Q)$(CC) $(SANITIZE_LINK) $(LDFLAGS) -Wl,-E $< $(call package,--libs lua5.4) -lm -ldl -o $@

LINTED := $(sort $(shell find lua examples spec docs -name "*.lua" 2>/dev/null)) spec/support/layers
FORMATTED := $(sort $(shell find core bindings spec examples -name '*.[ch]' -o -name '*.inc'))

lint: layers ## checks Lua with luacheck, C with clang-format, and the layers
	@$(call command,luacheck,lua-check)
	@$(call command,clang-format,clang-format)
	@luacheck --no-color --quiet $(LINTED)
	@clang-format --dry-run -Werror $(FORMATTED)

format: ## formats the C sources in place
	@$(call command,clang-format,clang-format)
	@clang-format -i $(FORMATTED)

layers: ## checks that includes point one way and that the core keeps its promises
	@$(call command,$(LUA),lua5.4)
	@$(LUA) spec/support/layers

# ---- using -----------------------------------------------------------------------------------

BENCH := $(BUILD)/bench
BENCH_PARTS := $(BENCH)/peak $(BENCH)/call.so

bench: all $(BENCH_PARTS) ## measures speed and memory beside PyTorch where it is there (an hour)
	@$(PROGRAM) spec/bench/run.lua $(BENCH)

bench-quick: all $(BENCH_PARTS) ## the part of it that fits into two minutes
	@$(PROGRAM) spec/bench/run.lua $(BENCH) quick

bench-shapes: all $(BENCH_PARTS) ## how convolution answers to 500 random shapes and to growing ones
	@$(PROGRAM) spec/bench/shapes.lua $(BENCH)

bench-embed: all $(BENCH)/latency ## an exported network in C hosts and as C, beside Lua
	@$(PROGRAM) spec/bench/embed.lua $(BENCH)

$(BENCH)/latency: spec/bench/latency.c $(LIBRARY)
	@mkdir -p $(@D)
	@echo '  cc $<'
	$(Q)$(CC) $(COMPILE) $(SANITIZE_LINK) $(LDFLAGS) $< $(LIBRARY) $(LIBRARIES) -o $@

# Measures the processor that it is compiled on.
$(BENCH)/peak: spec/bench/peak.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo '  cc $<'
	$(Q)$(CC) $(COMPILE) -march=native -ffp-contract=fast $< -o $@

$(BENCH)/call.so: spec/bench/call.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo '  cc $<'
	$(Q)$(CC) $(COMPILE) $(LUA_COMPILE) -shared $< -o $@

suites: all ## runs Torch7's own suites from checkouts under DIR=path
	@WICK_PROGRAM='$(abspath $(PROGRAM))' $(PROGRAM) spec/suites/run.lua '$(DIR)'

demo: all ## trains LeNet-5 on the small data set that comes along
	@$(PROGRAM) examples/train/mnist.lua --demo

docs: all ## writes the reference into build/docs
	@$(PROGRAM) docs/build.lua

env: ## prints what makes plain lua5.4 find this tree: eval "$(make -s env)"
	@echo "export LUA_PATH_5_4='$(abspath lua)/?.lua;$(abspath lua)/?/init.lua;;'"
	@echo "export LUA_CPATH_5_4='$(abspath $(BUILD))/lib/?.so;;'"

include .packaging/packaging.mk .packaging/portability.mk

clean: ## removes everything that was built
	rm -rf $(BUILD)
	rm -f wick

help: ## lists the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

endif
