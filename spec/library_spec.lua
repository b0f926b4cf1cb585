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
end)
