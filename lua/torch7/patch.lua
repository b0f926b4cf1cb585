-- Changes to tables that others own, each remembered so that all of them can be taken back.
local patch = {}

local changes = {}

--- Sets `place[key]` and remembers what stood there.
function patch.set(place, key, value)
  changes[#changes + 1] = { place = place, key = key, before = rawget(place, key), after = value }
  rawset(place, key, value)
end

--- Sets `place[key]` where nothing stands there.
function patch.add(place, key, value)
  if rawget(place, key) == nil then patch.set(place, key, value) end
end

--- What `place[key]` was before it was changed, or what it is.
function patch.original(place, key)
  for _, change in ipairs(changes) do
    if change.place == place and change.key == key then return change.before end
  end
  return rawget(place, key)
end

--- Takes all changes back, the last first; what a script put there since stays.
function patch.revert()
  for i = #changes, 1, -1 do
    local change = changes[i]
    if rawequal(rawget(change.place, change.key), change.after) then
      rawset(change.place, change.key, change.before)
    end
    changes[i] = nil
  end
end

return patch
