-- Answers POST /classify with a PNG or JPEG file as the body: the five likeliest classes as JSON.
-- lighttpd runs this script for each request, in one Lua state that stays: the network is loaded by
-- the first one.
local json = require "wick.json"
local torch = require "torch"

local lighty = lighty -- luacheck: ignore 113
local request = lighty.r

local BEST = 5

-- Ends the request with that status and a table as JSON.
local function answer(status, content)
  request.resp_header["Content-Type"] = "application/json"
  request.resp_body.set(json.encode(content) .. "\n")
  return status
end

-- The body; lighttpd may have it behind the request's header in one piece.
local function body()
  return request.req_body.get:sub(-request.req_body.len)
end

local function classify(bytes)
  local served = require(os.getenv "WICK_SERVED")
  local scores = torch.noGrad(served.model.forward, served.model, served.prepare(bytes))
  local values, classes = torch.topk(torch.softMax(scores)[1], BEST, 1, true, true)
  local list = {}
  for i = 1, BEST do
    list[i] = { class = served.classes[math.tointeger(classes[i])], probability = values[i] }
  end
  return { classes = list }
end

if request.req_attr["request.method"] ~= "POST" then
  return answer(405, { error = "POST the bytes of a PNG or JPEG file" })
end
if not request.req_body.collect then
  return 0 -- called again when all of it is there
end
local done, result = pcall(classify, body())
return answer(done and 200 or 400, done and result or { error = tostring(result) })
