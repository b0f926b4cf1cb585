-- What `make install` lays out, what tells the version, and the packages made of it.
local program = require "spec.support.program"
local core = require "wick.core"

local build = os.getenv("WICK_BUILD") or "build"

-- What a shell command prints, and whether it went well. Variables that lead to this tree are off.
local function shell(command, ...)
  local pipe = assert(io.popen("unset LUA_PATH_5_4 LUA_CPATH_5_4; exec 2>&1; "
    .. command:format(...)))
  local output = pipe:read("a")
  return output, (pipe:close())
end

-- The same; raises where it did not go well.
local function must(command, ...)
  local output, went_well = shell(command, ...)
  if not went_well then error(command:format(...) .. ": " .. output, 2) end
  return output
end

local function make(arguments, ...)
  return must("make --no-print-directory -s BUILD='" .. build .. "' " .. arguments, ...)
end

local function has(command)
  return (select(2, shell("command -v %s", command)))
end

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  return text
end

-- Calls check with a folder that is removed afterwards.
local function in_folder(check)
  local folder = must("mktemp -d"):gsub("\n", "")
  local done, message = xpcall(check, debug.traceback, folder)
  must("rm -rf '%s'", folder)
  if not done then error(message, 0) end
end

local function version()
  local numbers = {}
  for number in read("core/wick.h"):gmatch("#define WICK_VERSION_%u+ (%d+)") do
    numbers[#numbers + 1] = number
  end
  return table.concat(numbers, ".")
end

local sanitized = os.getenv("ASAN_OPTIONS") ~= nil

describe("the version", function()
  it("of the library and the program is wick.h's", function()
    assert.matches("^%d+%.%d+%.%d+$", version())
    assert.equal(version(), core.libraryVersion())
    assert.equal("Wick " .. version(), core.buildInfo():match("^[^,]+"))
    assert.equal("Wick " .. version(), (program.run{ "--version" }):match("^[^,]+"))
    assert.equal(version(), program.run{ "-e", "print(require('wick.host').version)" }:match("%S+"))
  end)

  it("is the first that the release notes speak of", function()
    assert.equal(version(), read("docs/release-notes.md"):match("\n## (%S+)"))
  end)

  it("is stated nowhere else", function()
    for _, path in ipairs{ "Makefile", ".packaging/packaging.mk", ".packaging/deb", "docs/wick.1",
      ".packaging/wick.rockspec", "README.md", "docs/embedding.md", "docs/installing.md" } do
      assert.is_nil(read(path):find(version(), 1, true), path)
    end
  end)
end)

describe("the manual page", function()
  -- "-e statement", "-v, --version" ... in their order.
  local function options_of_page()
    local list = {}
    local options = read("docs/wick.1"):match("%.Bl[^\n]*\n(.-)\n%.El")
    for item in options:gmatch("%.It ([^\n]+)") do
      item = item:gsub(" ,", ","):gsub("Ar ", ""):gsub("Fl$", "-"):gsub("Fl ", "-")
      list[#list + 1] = item
    end
    return list
  end

  it("has the options of wick --help", function()
    local list = {}
    for line in program.run{ "--help" }:gmatch("\n  (%-[^\n]*)") do
      list[#list + 1] = line:match("^(.-)  ")
    end
    assert.is_true(#list > 5)
    assert.same(list, options_of_page())
  end)

  it("is free of warnings", function()
    if not has("man") and not has("mandoc") then return pending("needs man-db or mandoc") end
    if has("man") then assert.equal("", must("man --warnings -l docs/wick.1 >/dev/null")) end
    if has("mandoc") then assert.equal("", must("mandoc -T lint -W warning docs/wick.1")) end
  end)
end)

describe("make install", function()
  local source = [[
#include <stdio.h>
#include <string.h>
#include <wick.h>
int main(void)
{
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", WICK_VERSION_MAJOR, WICK_VERSION_MINOR,
             WICK_VERSION_PATCH);
    puts(wick_version());
    return strcmp(version, wick_version()) != 0;
}
]]

  -- What a C program compiled with the installation's pkg-config prints.
  local function compiled(folder, options)
    local file = assert(io.open(folder .. "/program.c", "w"))
    file:write(source)
    file:close()
    must("cd %s && cc -Wall -Werror program.c -o program " .. options, folder)
    return must("LD_LIBRARY_PATH=%s/there/lib %s/program", folder, folder)
  end

  it("serves the program, Lua and C, and make uninstall leaves nothing", function()
    if sanitized then return pending("what is installed has no sanitizers") end
    in_folder(function(folder)
      local prefix = folder .. "/there"
      must("mkdir -p %s/share/man/man1; touch %s/share/man/man1/other.1", prefix, prefix)
      local before = must("find %s | sort", folder)
      make("install PREFIX=%s", prefix)

      assert.matches("^Wick " .. version(), must("cd / && %s/bin/wick --version", prefix))
      assert.equal(prefix .. "/share/lua/5.4/nn/init.lua\n",
        must([[cd / && %s/bin/wick -e 'print(package.searchpath("nn", package.path))']], prefix))
      assert.equal("2\t3\n", must([[cd / && LUA_PATH_5_4='%s/share/lua/5.4/?.lua;%s/share/lua/5.4/]]
        .. [[?/init.lua' LUA_CPATH_5_4='%s/lib/lua/5.4/?.so' lua5.4 -e 'local nn = require "nn"]]
        .. [[ local y = nn.Linear(4, 3):forward(require "torch".ones(2, 4))]]
        .. [[ print(y:size(1), y:size(2))']], prefix, prefix, prefix))

      local pkg_config = ("PKG_CONFIG_PATH=%s/lib/pkgconfig pkg-config "):format(prefix)
      assert.equal(version() .. "\n", must(pkg_config .. "--modversion wick"))
      assert.equal(version() .. "\n", must(pkg_config .. "--modversion wick_lua"))
      for _, packages in ipairs{ "wick", "wick_lua lua5.4" } do
        assert.equal(version() .. "\n",
          compiled(folder, ("$(%s --cflags --libs %s)"):format(pkg_config, packages)))
      end
      assert.equal(version() .. "\n", compiled(folder, "$(" .. pkg_config .. "--cflags wick) "
        .. prefix .. "/lib/libwick.a $(" .. pkg_config .. "--static --libs-only-other wick) $("
        .. pkg_config .. "--static --libs wick)"))
      assert.is_nil(must("readelf -d %s/program", folder):find("libwick", 1, true))
      assert.truthy(read(prefix .. "/share/man/man1/wick.1"):find("Wick " .. version(), 1, true))

      must("rm %s/program %s/program.c", folder, folder)
      make("uninstall PREFIX=%s", prefix)
      assert.equal(before, must("find %s | sort", folder))
    end)
  end)

  it("puts everything below DESTDIR, where distributions want it", function()
    if sanitized then return pending("what is installed has no sanitizers") end
    in_folder(function(folder)
      local places = "DESTDIR=" .. folder .. " PREFIX=/usr LIBDIR=/usr/lib/machine"
        .. " LUALIBDIR=/usr/lib/machine/lua/5.4"
      make("install " .. places)
      for _, path in ipairs{ "bin/wick", "include/wick.h", "include/wick_lua.h",
        "lib/machine/libwick.so.0", "lib/machine/libwick_lua.a", "lib/machine/lua/5.4/wick/core.so",
        "share/lua/5.4/torch/init.lua", "share/man/man1/wick.1" } do
        assert.is_true(select(2, shell("test -f %s/usr/%s", folder, path)), path)
      end
      assert.equal("libwick.so.0\n", must("readlink %s/usr/lib/machine/libwick.so", folder))
      assert.matches("\nlibdir=${prefix}/lib/machine\n",
        read(folder .. "/usr/lib/machine/pkgconfig/wick.pc"))
      assert.equal(folder .. "/usr/lib/machine/lua/5.4/wick/core.so\n", must(
        [[cd / && %s/usr/bin/wick -e 'print(package.searchpath("wick.core", package.cpath))']],
        folder))
      assert.is_nil(must("grep -rlF '%s' %s/usr --include=*.pc --include=*.lua || true", folder,
        folder):match("%S"))
      make("uninstall " .. places)
      assert.equal(folder .. "\n" .. folder .. "/usr\n", must("find %s | sort", folder))
    end)
  end)

  it("gives the shared libraries names that stay, and symbols of a version", function()
    for _, name in ipairs{ "libwick", "libwick_lua" } do
      local text = must("readelf -d --wide %s/%s.so.0", build, name)
      assert.matches("Library soname: %[" .. name .. "%.so%.0%]", text)
      assert.matches("wick_version@@WICK_0\n", must("nm -D %s/%s.so.0", build, name))
    end
  end)
end)

describe("the rockspec", function()
  it("says the version in its name and its text", function()
    make("rockspec")
    local name = ("%s/wick-%s-1.rockspec"):format(build, version())
    local rock = {}
    assert(loadfile(name, "t", rock))()
    assert.equal(version() .. "-1", rock.version)
    assert.equal("make", rock.build.type)
  end)

  it("installs into a tree of LuaRocks, without a network", function()
    if sanitized then return pending("what is installed has no sanitizers") end
    if not has("luarocks") then return pending("needs luarocks: apt-get install -y luarocks") end
    in_folder(function(folder)
      local name = ("%s/wick-%s-1.rockspec"):format(build, version())
      must("BUILD='%s' HOME=%s http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 "
        .. "luarocks --lua-version 5.4 --tree %s/tree make %s", build, folder, folder, name)
      assert.matches("^Wick " .. version(), must("cd / && %s/tree/bin/wick --version", folder))
      assert.equal("6.0\n", must('cd / && eval "$(luarocks --lua-version 5.4 --tree %s/tree path)"'
        .. [[ && lua5.4 -e 'print(require "torch".Tensor{ 1, 2, 3 }:sum())']], folder))
      must("HOME=%s luarocks --lua-version 5.4 --tree %s/tree remove wick", folder, folder)
      assert.equal("",
        must("find %s/tree -name '*wick*' -o -name '*.so' -o -name init.lua", folder))
    end)
  end)
end)

describe("the Debian package", function()
  it("holds the installation where Debian looks, and names what it needs #long", function()
    if sanitized then return pending("what is installed has no sanitizers") end
    if not has("dpkg-shlibdeps") then return pending("needs dpkg-dev") end
    local package = make("deb"):match("(%S+%.deb)")
    assert.equal(version(), must("dpkg-deb -f %s Version", package):match("%S+"))
    local needs = must("dpkg-deb -f %s Depends", package)
    for name in ("libc6 liblua5.4-0 libopenblas0 libpng16-16 libjpeg62-turbo libedit2 zlib1g")
      :gmatch("%S+") do
      assert.truthy(needs:find(name, 1, true), needs)
    end
    local machine = must("gcc -dumpmachine"):match("%S+")
    local list = must("dpkg-deb -c %s", package)
    for _, path in ipairs{ "bin/wick", "lib/" .. machine .. "/libwick.so.0",
      "lib/" .. machine .. "/lua/5.4/wick/core.so", "lib/" .. machine .. "/pkgconfig/wick.pc",
      "share/lua/5.4/nn/init.lua", "share/man/man1/wick.1.gz", "share/doc/wick/copyright",
      "share/doc/wick/NEWS.gz" } do
      assert.truthy(list:find("root/root [^\n]* %./usr/" .. path:gsub("%p", "%%%0") .. "\n"), path)
    end
    if has("lintian") then
      assert.equal("", must("lintian --allow-root --suppress-tags bogus-mail-host %s", package))
    end
  end)
end)
