-- The web page in examples/embed/lighttpd: lighttpd with this tree's modules, asked by curl.
-- WICK_DATA names the folder with squeezenet/ and images/ (../shared/data when it is not set).
local image = require "wick.image"
local json = require "wick.json"
local torch = require "torch"

local build = os.getenv("WICK_BUILD") or "build"
local data = os.getenv("WICK_DATA") or "../shared/data"

local function shell(command, ...)
  local pipe = assert(io.popen(select("#", ...) > 0 and command:format(...) or command))
  local output = pipe:read("a")
  pipe:close()
  return output
end

local function is_there(path)
  local file = io.open(path)
  return file ~= nil and file:close()
end

local needed = "command -v lighttpd >/dev/null && command -v curl >/dev/null && "
  .. "ls /usr/lib/lighttpd/mod_magnet.so 2>/dev/null"

-- Why the page cannot be asked here; nil when it can.
local function reason()
  if os.getenv("ASAN_OPTIONS") then return "lighttpd is without the sanitizer" end
  if shell(needed) == "" then
    return "lighttpd with its Lua module or curl is missing: apt-get install -y lighttpd "
      .. "lighttpd-modules-lua curl"
  end
end

-- A page that serves the network of that Lua module while `check` runs; it gets a function that
-- sends curl's arguments and a path to it.
local function with_page(served, check)
  local port = 20000 + math.random(20000)
  local log = os.tmpname()
  local paths = "lua/?.lua;lua/?/init.lua;examples/embed/lighttpd/?.lua;spec/support/?.lua;;"
  local process = shell("env LUA_PATH_5_4='%s' LUA_CPATH_5_4='%s/lib/?.so;;' WICK_PORT=%d "
    .. "WICK_SERVED=%s WICK_DATA='%s' lighttpd -D -f examples/embed/lighttpd/lighttpd.conf "
    .. ">%s 2>&1 & echo $!", paths, build, port, served, data, log)
  local function ask(arguments, path)
    return shell("curl -s -m 60 -w ' %%{http_code}' %s http://127.0.0.1:%d%s", arguments, port,
      path)
  end
  local done, message = pcall(function()
    ask("--retry 50 --retry-connrefused --retry-delay 1", "/") -- until it is there
    check(ask)
  end)
  os.execute("kill " .. process)
  local file = assert(io.open(log))
  local said = file:read("a")
  file:close()
  os.remove(log)
  if not done then error(tostring(message) .. "\nthe server: " .. said, 0) end
end

-- Calls check with the name of a PNG file of one shade.
local function with_picture(shade, check)
  local name = os.tmpname()
  image.savePNG(name, torch.FloatTensor(3, 20, 30):fill(shade))
  local done, message = pcall(check, name)
  os.remove(name)
  if not done then error(message, 0) end
end

describe("the page that classifies pictures", function()
  it("answers with the five likeliest classes", function()
    if reason() then return pending(reason()) end
    with_page("served_shades", function(ask)
      for name, shade in pairs{ grey = 0.5, white = 1, dark = 0.2 } do
        with_picture(shade, function(file)
          local answer, status = ask("--data-binary @" .. file, "/classify"):match("^(.*) (%d+)$")
          local classes = json.decode(answer).classes
          assert.equal("200", status)
          assert.equal(5, #classes)
          assert.equal(name, classes[1].class)
          assert.is_true(classes[1].probability > classes[2].probability)
        end)
      end
      assert.matches('^{"error":".*is no PNG, JPEG.* 400$', ask("--data-binary words", "/classify"))
      assert.matches('^{"error":"POST .* 405$', ask("", "/classify"))
      assert.matches("^<!DOCTYPE html>.* 200$", ask("", "/"))
    end)
  end)

  it("may serve SqueezeNet", function()
    if reason() then return pending(reason()) end
    local picture = data .. "/images/cat.jpg"
    if not (is_there(picture) and is_there(data .. "/squeezenet/squeezenet1_0.safetensors")) then
      return pending("there is no " .. picture .. ", or no " .. data .. "/squeezenet")
    end
    with_page("squeezenet", function(ask)
      local answer = ask("--data-binary @" .. picture, "/classify")
      assert.matches(" 200$", answer)
      local best = json.decode((answer:gsub(" 200$", ""))).classes[1]
      assert.matches("kit fox", best.class)
      assert.is_true(math.abs(best.probability - 0.31) < 0.001, best.probability)
    end)
  end)
end)
