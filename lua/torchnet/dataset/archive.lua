-- The files of indexed datasets: an archive, the elements of all tensors one after the other, and
-- its index. The index is 8-byte numbers: a mark, the version, the type's code, bytes an element,
-- the number of tensors N and of all their dimensions S; then N + 1 positions in the list of sizes,
-- N + 1 positions in the archive, counted in elements, and the S sizes.
local errors = require "wick.errors"

local torch = require "torch"

local archive = {}

local MARK, VERSION = 0x584449544E54, 1 -- the mark is "TNTIDX" and two zeros

local kinds, by_code = {}, {}

for code, name in ipairs{ "byte", "char", "short", "int", "long", "float", "double", "table" } do
  local letter = name == "table" and "Char" or name:sub(1, 1):upper() .. name:sub(2)
  kinds[name] = {
    name = name, code = code, read = "read" .. letter, write = "write" .. letter,
    tensor = torch[letter .. "Tensor"], storage = torch[letter .. "Storage"],
    typename = ("torch.%sTensor"):format(letter),
    size = torch[letter .. "Tensor"]():elementSize(),
  }
  by_code[code] = kinds[name]
end

--- The kind of this name: name, code, size (bytes an element), typename, tensor and storage (the
-- constructors), read and write (names of a file's methods). Raises when there is none.
function archive.kind(name)
  if kinds[name] then return kinds[name] end
  errors.raise("indexed dataset: invalid type %s (byte, char, short, int, long, float, double or "
    .. "table expected)", errors.value(name))
end

local function check_header(what, header, count)
  local kind = by_code[header[3]]
  if header[1] ~= MARK then errors.raise("%s: unrecognized index format", what) end
  if header[2] ~= VERSION then
    errors.raise("%s: unsupported format version %d", what, header[2])
  elseif not kind then
    errors.raise("%s: unrecognized type %d", what, header[3])
  elseif header[4] ~= kind.size then
    errors.raise("%s: type size do not match: %d bytes for %s", what, header[4], kind.name)
  elseif header[5] < 0 or header[6] < 0 or header[5] > count
    or 6 + 2 * (header[5] + 1) + header[6] ~= count then
    errors.raise("%s: the file has %d numbers, its beginning promises others", what, count)
  end
  return kind
end

local function check_positions(what, positions, last)
  local list = positions:totable()
  local is_rising = list[1] == 0 and (not last or list[#list] == last)
  for i = 2, #list do is_rising = is_rising and list[i] >= list[i - 1] end
  if not is_rising then errors.raise("%s: the positions are damaged", what) end
end

-- All numbers of the file: read, or where they lie.
local function numbers_of(filename, is_mapped)
  if is_mapped then return torch.LongStorage(filename) end
  local file = torch.DiskFile(filename):binary()
  file:seekEnd()
  local count = (file:position() - 1) // 8
  file:seek(1)
  local numbers = file:readLong(count)
  file:close()
  return numbers
end

--- Reads an index: { kind =, count =, dimensions =, elements =, sizes = }, the last three
-- LongTensors. With `is_mapped` they are the file itself.
function archive.readIndex(filename, is_mapped)
  local what = "indexed dataset " .. filename
  local numbers = numbers_of(filename, is_mapped)
  if #numbers < 8 then errors.raise("%s: unrecognized index format", what) end
  local all = torch.LongTensor(numbers)
  local header = all:narrow(1, 1, 6):totable()
  local kind, n, s = check_header(what, header, #numbers), header[5], header[6]
  local index = {
    kind = kind, count = n,
    dimensions = all:narrow(1, 7, n + 1),
    elements = all:narrow(1, 8 + n, n + 1),
    sizes = s > 0 and all:narrow(1, 9 + 2 * n, s) or torch.LongTensor(),
  }
  check_positions(what, index.dimensions, s)
  check_positions(what, index.elements)
  return index
end

--- Writes an index from lists of positions and sizes.
function archive.writeIndex(filename, kind, dimensions, elements, sizes)
  local file = torch.DiskFile(filename, "w"):binary()
  local header = { MARK, VERSION, kind.code, kind.size, #dimensions - 1, #sizes }
  for _, list in ipairs{ header, dimensions, elements, sizes } do
    if #list > 0 then file:writeLong(torch.LongStorage(list)) end
  end
  file:close()
end

return archive
