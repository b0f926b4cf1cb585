-- What libwick asks of its host: the functions that it takes from other libraries are all listed
-- here. None of them ends the process, prints, catches signals, changes the locale or forks.
local build = os.getenv("WICK_BUILD") or "build"

local ALLOWED = {
  -- memory and text
  "free posix_memalign madvise mmap munmap memcmp memcpy memmove memset memchr strcat strchr "
  .. "strcmp strcpy strcspn strerror strerror_r __xpg_strerror_r strlen strncmp strncpy strnlen "
  .. "strrchr strspn strstr strtol strtoll strtod snprintf vsnprintf sscanf",
  -- files, and the system that is there; fcntl and flock lock, readlink follows links
  "open openat close pread read write fstat fstatat fsync fchmod fchown fcntl flock faccessat "
  .. "readlink renameat unlinkat getenv getrandom sysconf sched_getaffinity __sched_cpucount "
  .. "sched_getcpu sched_setaffinity sched_yield clock_gettime __errno_location __tls_get_addr",
  -- threads; new ones block all signals, and forking hosts find the pool in order
  "pthread_sigmask sigfillset __register_atfork pthread_atfork pthread_create pthread_detach "
  .. "pthread_join pthread_once",
  -- libpng's and libjpeg's errors have no other way out
  "_setjmp setjmp longjmp",
  -- what compilers add
  "_ITM_deregisterTMCloneTable _ITM_registerTMCloneTable __cxa_finalize __gmon_start__ "
  .. "__stack_chk_fail",
  -- mathematics
  "acos asin atan atan2 cbrt cos cosh erf erfc exp exp2 expm1 fmax fmin fmod ldexp lgamma log "
  .. "log10 log1p log2 nextafter pow sin sincos sinh sqrt tan tanh tgamma",
}
local PATTERNS = { "^cblas_", "^openblas_", "^png_", "^jpeg_", "^inflate", "^deflate", "^crc32",
  "^pthread_mutex", "^pthread_cond", "^__asan", "^__ubsan", "^__tsan", "^__lsan",
  "^[sd][a-z0-9]+_$" } -- LAPACK

local function allowed_names()
  local names = {}
  for _, group in ipairs(ALLOWED) do
    for name in group:gmatch("%S+") do names[name] = true end
  end
  return names
end

local function is_allowed(name, names)
  local plain = name:gsub("^__isoc%d+_", ""):gsub("^__(.*)_chk$", "%1")
  if names[plain] or names[(plain:gsub("f$", ""))] then return true end
  for _, pattern in ipairs(PATTERNS) do
    if plain:find(pattern) then return true end
  end
  return false
end

-- The names that `nm` lists with these options.
local function symbols(options)
  local names = {}
  local pipe = assert(io.popen(("nm -D %s '%s/libwick.so.0'"):format(options, build)))
  for line in pipe:lines() do
    names[#names + 1] = line:match("(%S+)$"):gsub("@.*", "")
  end
  pipe:close()
  return names
end

describe("the shared library", function()
  it("takes nothing from outside that is not listed", function()
    local names, others = allowed_names(), {}
    local needed = symbols("--undefined-only")
    assert.is_true(#needed > 50)
    for _, name in ipairs(needed) do
      if not is_allowed(name, names) then others[#others + 1] = name end
    end
    assert.same({}, others)
  end)

  -- Descriptors are found by wick_op_find; their symbols are nobody's business, but there.
  it("gives what wick.h declares, and operations' descriptors", function()
    local file = assert(io.open("core/wick.h"))
    local header = file:read("a")
    file:close()
    local others = {}
    for _, name in ipairs(symbols("--defined-only")) do
      local declared = header:find("%f[%w_]" .. name .. "%(")
      local is_descriptor = name:find("^wick_op_")
      if not (declared or is_descriptor or name == "WICK_0") then others[#others + 1] = name end
    end
    assert.same({}, others)
  end)

  it("gives LuaJIT all functions of wick.h", function()
    if os.getenv("ASAN_OPTIONS") then return pending("luajit is without the sanitizer") end
    if not os.execute("command -v luajit >/dev/null") then return pending("there is no luajit") end
    local program, count = { 'local wick = require("wick_ffi").load(arg[1])' }, 0
    for line in io.lines("core/wick.h") do
      for name in line:gmatch("%f[%w_]wick_[%l%d_]+%f[%(]") do
        if not (line:find("^[%s/]*%*") or line:find("^typedef")) then
          program[#program + 1], count = ("local _ = wick.%s"):format(name), count + 1
        end
      end
    end
    local name = os.tmpname()
    local out = assert(io.open(name, "w"))
    out:write(program[1], " do ", table.concat(program, " end do ", 2), " end print 'all'")
    out:close()
    local pipe = assert(io.popen(("LUA_PATH='%s/?.lua' luajit %s %s/libwick.so.0 2>&1")
      :format(build, name, build)))
    local output = pipe:read("a")
    pipe:close()
    os.remove(name)
    assert.equal("all\n", output)
    assert.is_true(count > 100, count)
  end)

  -- Names of what the libraries may write to that is not in a context or a Lua state; in
  -- docs/embedding.md they are told in words.
  local WRITABLE = {
    libwick = "isa cores choice info message once pool lock needs_lock",
    libwick_lua = "numbered numbered_lock last_id dying is_freeing",
  }

  local WRITTEN = { data = true, bss = true, tdata = true, tbss = true }

  -- Variables in writable sections; constants that the loader relocates lie in others.
  local function variables(library)
    local names = {}
    local pipe = assert(io.popen(("objdump -t '%s/%s.so.0'"):format(build, library)))
    for line in pipe:lines() do
      local section, name = line:match("%s%.(%l+)\t%x+%s+(%S+)$")
      local plain = name and name:gsub("%.%d+$", ""):gsub("^.*%.", "") -- GCC: lock.1; Clang: f.lock
      if WRITTEN[section] and not plain:find("^__") and plain ~= "completed" then
        names[plain] = true
      end
    end
    pipe:close()
    return names
  end

  it("has no writable variables but those that are documented", function()
    if os.getenv("ASAN_OPTIONS") then return pending("the sanitizer has variables of its own") end
    local allowed = {}
    for _, library in ipairs{ "libwick", "libwick_lua" } do
      for name in WRITABLE[library]:gmatch("%S+") do allowed[name] = true end
      assert.same(allowed, variables(library))
    end
  end)
end)

describe("the headers", function()
  local PROGRAM = [[
#include <wick.h>
#include <wick_lua.h>
extern "C" {
#include <lauxlib.h>
}
#include <cstdio>
#include <memory>

int main()
{
    wick_context *context = nullptr;
    if (wick_context_new(nullptr, &context) != WICK_OK)
        return 1;
    std::unique_ptr<wick_context, decltype(&wick_context_release)> kept(context,
                                                                        wick_context_release);
    std::unique_ptr<lua_State, decltype(&lua_close)> L(luaL_newstate(), lua_close);
    wick_lua_options options = {};
    if (wick_lua_open(L.get(), &options) != WICK_OK)
        return 1;
    luaL_dostring(L.get(), "return require('torch').ones(2, 3):sum()");
    std::printf("%s %g\n", wick_version(), lua_tonumber(L.get(), -1));
}
]]

  it("are C++ too", function()
    if os.getenv("ASAN_OPTIONS") then return pending("the library is with the sanitizer") end
    if not os.execute("command -v g++ >/dev/null") then return pending("there is no g++") end
    local name = os.tmpname()
    local out = assert(io.open(name, "w"))
    out:write(PROGRAM)
    out:close()
    local pipe = assert(io.popen(("g++ -std=c++17 -Wall -Wextra -Werror -Icore -Ibindings "
      .. "$(pkg-config --cflags lua5.4) -x c++ %s -x none -o %s.out %s/libwick_lua.so.0 "
      .. "$(pkg-config --libs lua5.4) -Wl,-rpath,%s 2>&1 && %s.out 2>&1")
      :format(name, name, build, build, name)))
    local output = pipe:read("a")
    pipe:close()
    os.remove(name)
    os.remove(name .. ".out")
    assert.matches("^%d+%.%d+%.%d+ 6\n$", output)
  end)
end)
