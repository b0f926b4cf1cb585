-- Collects documentation: between `doc.record()` and `doc.stop()`, which returns it, what
-- `doc(text)` and the `doc` and `help` texts of rules say is kept.
local doc = {}
local recorded

--- Begins to record.
function doc.record()
  recorded = {}
end

--- Ends recording; returns what was recorded.
function doc.stop()
  local text = table.concat(recorded or {})
  recorded = nil
  return text
end

--- Adds to the record, if there is one.
function doc.add(text)
  if recorded then recorded[#recorded + 1] = text end
end

return setmetatable(doc, {
  __call = function(_, text)
    doc.add(text)
  end,
})
