-- Bytes of Torch7's binary format.
local bytes = { int = "<i4", long = "<i8", double = "<d" }

--- Integers, one after the other.
function bytes.ints(...)
  return string.pack(bytes.int:rep(select("#", ...)), ...)
end

--- Longs, one after the other.
function bytes.longs(...)
  return string.pack(bytes.long:rep(select("#", ...)), ...)
end

--- A string behind its length.
function bytes.text(s)
  return string.pack("<s4", s)
end

--- The head of a torch object.
function bytes.head(index, class)
  return bytes.ints(4, index) .. bytes.text("V 1") .. bytes.text(class)
end

return bytes
