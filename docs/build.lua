-- `make docs`: writes build/docs, the guides and a reference made from the sources: operations
-- from their descriptors, C functions from core/wick.h, Lua functions from the `---` comments
-- above them.
local core = require "wick.core"
local system = require "wick.system"

local root = arg[0]:match("^(.*)/docs/[^/]*$") or "."
local target = arg[1] or root .. "/build/docs"
local guides = {
  "start", "tensors", "autograd", "layers", "nngraph", "operations", "files", "images",
  "augmentation", "data", "embedding", "models", "training", "plots", "speed", "torch7", "torchnet",
}

local function read(path)
  local file = assert(io.open(path, "r"))
  local text = file:read("a")
  file:close()
  return text
end

local function write(name, lines)
  local file = assert(io.open(target .. "/" .. name, "w"))
  file:write(table.concat(lines, "\n"), "\n")
  assert(file:close())
end

-- Operations -------------------------------------------------------------------------------------

local function signature(operation)
  local parts = {}
  for _, argument in ipairs(operation.args) do
    local text = argument.name
    if argument.choices then text = ("%s (%s)"):format(text, argument.choices:gsub("|", ", ")) end
    parts[#parts + 1] = argument.optional and "[" .. text .. "]" or text
  end
  return ("torch.%s(%s)"):format(operation.name, table.concat(parts, ", "))
end

local methods = {
  ["in place"] = "The method writes into its tensor.",
  into = "The method writes its result into its tensor.",
}

local function operation_lines(lines, operation)
  lines[#lines + 1] = ("### `%s`\n\n%s."):format(signature(operation), operation.doc)
  local notes = { methods[operation.method] }
  if not operation.differentiable and not operation.constant then
    notes[#notes + 1] = "It has no gradient."
  end
  if #notes > 0 then lines[#lines + 1] = "\n" .. table.concat(notes, " ") end
  if operation.example then
    lines[#lines + 1] = ("\n```lua\n%s\n```"):format(operation.example)
  end
  lines[#lines + 1] = ""
end

local function operations_page()
  local lines = { "# Operations\n", "Functions of `torch` and methods of tensors.\n" }
  local list = {}
  for _, operation in ipairs(core.operations()) do
    if not operation.internal then list[#list + 1] = operation end
  end
  table.sort(list, function(a, b)
    if a.name ~= b.name then return a.name < b.name end
    return a.word < b.word
  end)
  for _, operation in ipairs(list) do operation_lines(lines, operation) end
  return lines, #list
end

-- Comments above declarations --------------------------------------------------------------------

local function stripped(comment)
  return (comment:gsub("^/%*%s*", ""):gsub("%s*%*/%s*$", ""):gsub("\n[ ]*%*[ ]?", "\n"))
end

local function count_of(text, character)
  return select(2, text:gsub(character, ""))
end

local function is_complete(piece)
  if piece.kind == "comment" then return piece.text:find("%*/%s*$") end
  local code = piece.text:gsub("/%*.-%*/", "")
  return code:find(";%s*$") and count_of(code, "{") == count_of(code, "}")
end

-- The pieces of a C header in order: { kind = "section", "comment" or "code", text = }.
local function c_pieces(text)
  local pieces, open = {}, nil
  for line in text:gmatch("([^\n]*)\n") do
    local section = line:match("^/%* %-%-%-%- (.-) %-+ %*/$")
    if open then
      open.text = open.text .. "\n" .. line
    elseif section then
      pieces[#pieces + 1] = { kind = "section", text = section }
    elseif line:find("^/%*") then
      open = { kind = "comment", text = line }
    elseif line:find("^%a") and not line:find("^extern") then
      open = { kind = "code", text = line }
    end
    if open and is_complete(open) then
      pieces[#pieces + 1] = open
      open = nil
    end
  end
  return pieces
end

-- Sections, comments and the declarations below them.
local function c_page()
  local lines, count = { "# The C library: wick.h\n" }, 0
  local formats = { section = "## %s\n", comment = "%s\n", code = "```c\n%s\n```\n" }
  for _, piece in ipairs(c_pieces(read(root .. "/core/wick.h"))) do
    local text = piece.kind == "comment" and stripped(piece.text) or piece.text
    lines[#lines + 1] = formats[piece.kind]:format(text)
    if piece.kind == "code" then count = count + 1 end
  end
  return lines, count
end

-- A Lua file: `---` lines and the function or value below them.
local function lua_entries(text)
  local entries, comment = {}, nil
  for line in (text .. "\n"):gmatch("(.-)\n") do
    local start, more = line:match("^%-%-%-%s?(.*)$"), line:match("^%-%-%s?(.*)$")
    if start then
      comment = { start }
    elseif comment and more then
      comment[#comment + 1] = more
    elseif comment then
      local name = line:match("^function%s+(.-)%s*$") or line:match("^([%w_.]+)%s*=")
      if name then entries[#entries + 1] = { name = name, text = table.concat(comment, "\n") } end
      comment = nil
    end
  end
  return entries
end

local function lua_files(folder, list)
  list = list or {}
  local names = system.list(folder)
  table.sort(names)
  for _, name in ipairs(names) do
    local path = folder .. "/" .. name
    if name:find("%.lua$") then
      list[#list + 1] = path
    elseif not name:find("^%.") then
      lua_files(path, list)
    end
  end
  return list
end

local function lua_page()
  local lines, count = { "# The Lua modules\n" }, 0
  for _, path in ipairs(lua_files(root .. "/lua")) do
    local entries = lua_entries(read(path))
    if #entries > 0 then
      local module = path:sub(#root + 6):gsub("/init%.lua$", ""):gsub("%.lua$", ""):gsub("/", ".")
      lines[#lines + 1] = ("## %s\n"):format(module)
      for _, entry in ipairs(entries) do
        lines[#lines + 1] = ("### `%s`\n\n%s\n"):format(entry.name, entry.text)
        count = count + 1
      end
    end
  end
  return lines, count
end

-- Stages of augmentation -------------------------------------------------------------------------

local function stages_page()
  local stages = require "wick.data.stages"
  local lines = { "# Stages of augmentation\n", "What `wick.data.pipeline` is made of.\n" }
  for _, kind in ipairs(stages.list) do
    lines[#lines + 1] = ("### `%s`\n\n%s."):format(stages.signature(kind), kind.doc)
    if kind.also then
      lines[#lines + 1] = ("\nAlso `%s`."):format(kind.also:gsub("|", "`, `"))
    end
    lines[#lines + 1] = ""
  end
  return lines, #stages.list
end

-- Torch7's names ---------------------------------------------------------------------------------

local about_names = [[
# Torch7's names

What scripts for Torch7 call, name by name. This holds of all of them: numbers from integer tensors
are Lua integers; operations know every element type for which they make sense, not only those that
Torch7 gave them; results of recorded tensors are recorded, where Torch7 gave a number also as
tensors of one element; messages begin with the name of what was called. `wick --torch7 script.lua`
makes Double the default type and combines tensors of equal element counts whatever their shapes.
]]

local MARKS = { absent = "Absent. ", added = "Added. " }

local function names_page()
  local lines, count = { about_names }, 0
  for _, group in ipairs(dofile(root .. "/docs/torch_names.lua")) do
    lines[#lines + 1] = ("## %s\n\n| names | |\n|---|---|"):format(group.title)
    for _, kind in ipairs{ "differs", "absent", "added" } do
      for _, entry in ipairs(group[kind] or {}) do
        local note = (MARKS[kind] or "") .. entry[2]
        lines[#lines + 1] = ("| `%s` | %s |"):format(entry[1]:gsub(" ", "` `"), note)
        count = count + count_of(entry[1], "%S+")
      end
    end
    lines[#lines + 1] = "\nThe same: `" .. table.concat(group.same, "` `") .. "`\n"
    count = count + #group.same
  end
  return lines, count
end

-- The pages --------------------------------------------------------------------------------------

assert(os.execute("mkdir -p '" .. target:gsub("'", "'\\''") .. "'"))
local index = { "# Wick\n", "## Guides\n" }
for _, guide in ipairs(guides) do
  local text = read(("%s/docs/%s.md"):format(root, guide))
  write(guide .. ".md", { text })
  index[#index + 1] = ("- [%s](%s.md)"):format(text:match("^# ([^\n]+)"), guide)
end
index[#index + 1] = "\n## Reference\n"
for _, page in ipairs{
  { "reference-operations.md", "Operations", operations_page },
  { "reference-stages.md", "Stages of augmentation", stages_page },
  { "reference-lua.md", "Lua modules", lua_page },
  { "reference-torch7.md", "Torch7's names", names_page },
  { "reference-c.md", "C library", c_page },
} do
  local lines, count = page[3]()
  write(page[1], lines)
  index[#index + 1] = ("- [%s](%s), %d entries"):format(page[2], page[1], count)
end
write("index.md", index)
print(("%s: the guides and a reference; begin with %s/index.md"):format(target, target))
