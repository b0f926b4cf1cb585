# Installing and packaging; a part of the Makefile.
#
#   PREFIX     where things go (/usr/local)
#   DESTDIR    is put in front of every name, for those who make packages
#   BINDIR LIBDIR INCLUDEDIR MANDIR
#              folders below PREFIX
#   LUADIR LUALIBDIR
#              Lua's own paths below PREFIX, for Lua files and for the C module
#   JITDIR     LuaJIT's, for the library's declarations

PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
LIBDIR = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
MANDIR = $(PREFIX)/share/man
LUADIR = $(PREFIX)/share/lua/5.4
LUALIBDIR = $(PREFIX)/lib/lua/5.4
JITDIR = $(PREFIX)/share/lua/5.1

.PHONY: install install-lua install-library uninstall

# ---- what knows where it is ------------------------------------------------------------------

# What is installed differs from the tree's: the program looks elsewhere for its files.
READY := $(BUILD)/installed
READY_OBJECTS := $(READY)/main.o $(filter-out %/main.o,$(PROGRAM_OBJECTS))
PLACES = $(call places,$(BINDIR),$(LUADIR),$(LUALIBDIR))

$(READY)/places: FORCE
	@mkdir -p $(@D)
	@$(call keep,$(PLACES) $(LUADIR) $(INCLUDEDIR))

$(READY)/main.o: bindings/main.c $(READY)/places $(BUILD)/flags | tools
	@echo '  cc $<'
	$(Q)$(CC) $(COMPILE) $(LUA_COMPILE) $(PLACES) -MMD -MP -c $< -o $@

-include $(READY)/main.d

$(READY)/wick: $(READY_OBJECTS)
	@echo '  ld $@'
	$(Q)$(call link_program,$(READY_OBJECTS))

# $(call pc,NAME,WHAT IT IS,WHAT IT REQUIRES): the text of a file for pkg-config.
under_prefix = $(patsubst $(PREFIX)/%,$${prefix}/%,$(1))
define pc
prefix=$(PREFIX)
libdir=$(call under_prefix,$(LIBDIR))
includedir=$(call under_prefix,$(INCLUDEDIR))

Name: $(1)
Description: $(2)
Version: $(VERSION)
$(if $(3),Requires: $(3)
)Libs: -L$${libdir} -l$(1)
Libs.private: $(LIBRARIES)
Cflags: -I$${includedir}
endef

comma := ,
$(READY)/wick.pc: export TEXT = $(call pc,wick,tensors$(comma) gradients and neural networks)
$(READY)/wick_lua.pc: export TEXT = $(call pc,wick_lua,Wick in a Lua state of the host,lua5.4)

$(READY)/%.pc: FORCE
	@mkdir -p $(@D)
	@echo "$$TEXT" > $@

$(READY)/wick.1: docs/wick.1 $(READY)/places core/wick.h
	@mkdir -p $(@D)
	@sed -e 's/@VERSION@/$(VERSION)/' -e 's:@LUADIR@:$(LUADIR):' \
	  -e 's:@INCLUDEDIR@:$(INCLUDEDIR):g' $< > $@

# ---- installing ------------------------------------------------------------------------------

# What is installed beside the Lua files, as MODE:SOURCE:PLACE, or link:TARGET:PLACE.
FOR_LUA = 755:$(READY)/wick:$(BINDIR)/wick 644:$(READY)/wick.1:$(MANDIR)/man1/wick.1 \
  755:$(MODULE):$(LUALIBDIR)/wick/core.so
FOR_C = 644:core/wick.h:$(INCLUDEDIR)/wick.h 644:bindings/wick_lua.h:$(INCLUDEDIR)/wick_lua.h \
  $(foreach f,$(LIBRARY) $(LUA_LIBRARY),644:$f:$(LIBDIR)/$(notdir $f)) \
  $(foreach f,$(SHARED) $(LUA_SHARED),644:$f:$(LIBDIR)/$(notdir $f) \
    link:$(notdir $f):$(LIBDIR)/$(notdir $(f:.0=))) \
  $(foreach f,wick.pc wick_lua.pc,644:$(READY)/$f:$(LIBDIR)/pkgconfig/$f) \
  644:$(BUILD)/wick_ffi.lua:$(JITDIR)/wick_ffi.lua

place = $(lastword $(subst :, ,$(1)))
places_of = $(foreach f,$(1),$(call place,$f))

# $(call put,ENTRIES): installs them.
put = for entry in $(1); do \
    place="$(DESTDIR)$${entry\#\#*:}"; mode="$${entry%%:*}"; \
    source="$${entry\#*:}"; source="$${source%:*}"; \
    if [ "$$mode" = link ]; then ln -sfn "$$source" "$$place"; \
    else install -D -m "$$mode" "$$source" "$$place"; fi || exit 1; \
  done

install: install-lua install-library ## puts the program, the libraries and the Lua files under PREFIX

install-lua: $(MODULE) $(READY)/wick $(READY)/wick.1 ## the program and what Lua finds alone
	@$(call put,$(FOR_LUA))
	@mkdir -p "$(DESTDIR)$(LUADIR)"
	@tar -C lua --mode=644 -cf - $(LUA_FILES:lua/%=%) | \
	  tar -C "$(DESTDIR)$(LUADIR)" -xpf - --no-same-owner
	@echo 'installed under $(DESTDIR)$(PREFIX): $(words $(FOR_LUA) $(LUA_FILES)) files for Lua'

install-library: $(LIBRARY) $(SHARED) $(LUA_LIBRARY) $(LUA_SHARED) $(READY)/wick.pc \
  $(READY)/wick_lua.pc $(BUILD)/wick_ffi.lua ## the libraries for C and their headers alone
	@$(call put,$(FOR_C))
	@echo 'installed under $(DESTDIR)$(PREFIX): $(words $(FOR_C)) files for C'

# Folders that are empty then go too, with those above them up to PREFIX; PREFIX stays.
GONE = $(call places_of,$(FOR_LUA) $(FOR_C)) $(LUA_FILES:lua/%=$(LUADIR)/%)

uninstall: ## removes what install put there
	@printf '$(DESTDIR)%s\0' $(GONE) | xargs -0 rm -f
	@cd "$(DESTDIR)$(PREFIX)" 2>/dev/null && rmdir -p --ignore-fail-on-non-empty \
	  $(sort $(patsubst $(PREFIX)/%,%,$(dir $(GONE)))) 2>/dev/null || true

# ---- packages --------------------------------------------------------------------------------

.PHONY: deb check-deb rockspec install-rock

# Debian keeps libraries in a folder for each architecture, and Lua looks there.
DEB_ROOT = $(abspath $(BUILD))/deb/root
DEB_PLACES = PREFIX=/usr LIBDIR=/usr/lib/$(MACHINE) LUALIBDIR=/usr/lib/$(MACHINE)/lua/5.4

deb: all ## makes a Debian package in BUILD
	@$(call command,dpkg-shlibdeps,dpkg-dev)
	@rm -rf $(DEB_ROOT)
	@$(MAKE) --no-print-directory install DESTDIR=$(DEB_ROOT) $(DEB_PLACES) >/dev/null
	@.packaging/deb $(DEB_ROOT) $(VERSION) '$(CC)' $(BUILD)
	@rm -rf $(dir $(DEB_ROOT))

check-deb: deb ## installs that package in a bare Debian 12 and removes it again
	@.packaging/check-deb $(BUILD)/wick_$(VERSION)_*.deb

# LuaRocks wants versions in names: the file is made, for
# `luarocks --lua-version 5.4 make build/wick-VERSION-1.rockspec` at the top of the tree.
rockspec: $(BUILD)/wick-$(VERSION)-1.rockspec ## writes a rockspec for luarocks make

$(BUILD)/wick-$(VERSION)-1.rockspec: .packaging/wick.rockspec core/wick.h
	@mkdir -p $(@D)
	@sed 's/@VERSION@/$(VERSION)/' $< > $@
	@echo '$@'

# LuaRocks spreads what it finds in the places it gave over a tree that is laid out like a prefix.
install-rock: PLACES = $(call places,/usr/bin,/usr/share/lua/5.4,/usr/lib/lua/5.4)
install-rock: install-lua
