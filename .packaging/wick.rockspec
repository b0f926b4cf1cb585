-- For LuaRocks, which builds with this folder's Makefile: `make rockspec` fills the version in and
-- `luarocks --lua-version 5.4 make` with the file that it wrote builds and installs. Nothing is
-- fetched; the libraries are Debian's (`make deps`).
rockspec_format = "3.0"
package = "wick"
version = "@VERSION@-1"
source = { url = "file://wick-@VERSION@.tar.gz" }
description = {
  summary = "Tensors, gradients and neural networks",
  detailed = "Torch7's tensors, modules and training scripts on a core in C with autograd.",
  license = "MIT",
}
supported_platforms = { "linux" }
dependencies = { "lua == 5.4" }
build = {
  type = "make",
  build_target = "all",
  install_target = "install-rock",
  install_variables = {
    PREFIX = "$(PREFIX)",
    BINDIR = "$(BINDIR)",
    LUADIR = "$(LUADIR)",
    LUALIBDIR = "$(LIBDIR)",
  },
}
