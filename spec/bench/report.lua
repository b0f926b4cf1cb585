-- Rows of measurements as tables for people (Markdown) and as JSON.
local json = require "wick.json"

local report = {}

-- Columns of peers, and what stands above them.
local PEERS = {
  { "pytorch", "PyTorch" }, { "pytorch with tcmalloc", "with tcmalloc" },
  { "onnxruntime", "ONNX Runtime" }, { "pytorch compiled", "compiled" },
}

function report.geometricMean(list)
  if #list == 0 then return nil end
  local sum = 0
  for _, value in ipairs(list) do sum = sum + math.log(value) end
  return math.exp(sum / #list)
end

--- Three significant digits; "" for nil.
function report.number(value)
  if not value then return "" end
  return (value >= 100 and "%.0f" or "%#.3g"):format(value)
end

local number = report.number

local function ratio(value)
  return value and ("%.2f"):format(value) or ""
end

-- The rows that `wanted` accepts as cases in order: of each what is Wick's, and rows by peer.
local function collect(rows, wanted)
  local list, at = {}, {}
  for _, row in ipairs(rows) do
    if wanted(row) then
      local key = ("%s %s %s %d %d"):format(row.case, row.shape or "", row.mode, row.batch,
        row.threads)
      local entry = at[key]
      if not entry then
        entry = { row = row, peers = {} }
        at[key], list[#list + 1] = entry, entry
      end
      if row.peer then entry.peers[row.peer] = row end
    end
  end
  return list
end

local function present(list)
  local peers = {}
  for _, peer in ipairs(PEERS) do
    for _, entry in ipairs(list) do
      if entry.peers[peer[1]] then
        peers[#peers + 1] = peer
        break
      end
    end
  end
  return peers
end

local function line(cells)
  return "| " .. table.concat(cells, " | ") .. " |"
end

local function rule(cells)
  local marks = {}
  for i = 1, #cells do marks[i] = i == 1 and "---" or "---:" end
  return line(marks)
end

local function head_of(peers, has_memory)
  local cells = { "", "batch", "Wick ms", "spread", "% of peak" }
  for _, peer in ipairs(peers) do
    cells[#cells + 1] = peer[2] .. " ms"
    cells[#cells + 1] = "ratio"
  end
  if has_memory then
    for _, name in ipairs{ "Wick MB", "PyTorch MB", "without base" } do cells[#cells + 1] = name end
  end
  return cells
end

local function memory_cells(entry, peers)
  local row = entry.row
  local peer = peers[1] and entry.peers[peers[1][1]]
  local function difference(peak, base)
    return peak and ("%.0f"):format(peak - base) or ""
  end
  local ours, theirs = difference(row.wick_mb, row.wick_base_mb), ""
  if peer then theirs = " to " .. difference(peer.peer_mb, peer.peer_base_mb) end
  return {
    difference(row.wick_mb, 0), peer and difference(peer.peer_mb, 0) or "", ours .. theirs,
  }
end

-- Wick's figures are those of the first row: runs with other peers measured it again.
local function cells_of(entry, peers, has_memory)
  local row = entry.row
  local cells = {
    row.shape and ("%s `%s`"):format(row.kind == "layer" and "" or row.case, row.shape) or row.case,
    ("%d"):format(row.batch), number(row.wick_ms), number(row.wick_spread_ms),
    row.percent_of_peak and ("%.0f"):format(row.percent_of_peak) or "",
  }
  for _, peer in ipairs(peers) do
    local theirs = entry.peers[peer[1]]
    cells[#cells + 1] = number(theirs and theirs.peer_ms)
    cells[#cells + 1] = ratio(theirs and theirs.ratio)
  end
  if has_memory then table.move(memory_cells(entry, peers), 1, 3, #cells + 1, cells) end
  return cells
end

local function mean_cells(list, peers, columns)
  local cells = { "**geometric mean**", "", "", "", "" }
  for _, peer in ipairs(peers) do
    local ratios = {}
    for _, entry in ipairs(list) do
      local theirs = entry.peers[peer[1]]
      if theirs then ratios[#ratios + 1] = theirs.ratio end
    end
    cells[#cells + 1] = ("of %d"):format(#ratios)
    cells[#cells + 1] = "**" .. ratio(report.geometricMean(ratios)) .. "**"
  end
  for i = #cells + 1, columns do cells[i] = "" end
  return cells
end

-- Adds a section with a table, when that has lines.
local function add_table(lines, title, head, body)
  if #body == 0 then return end
  table.move({ "", "## " .. title, "", line(head), rule(head) }, 1, 5, #lines + 1, lines)
  table.move(body, 1, #body, #lines + 1, lines)
end

-- The same of the rows that `wanted` accepts.
local function section(lines, title, rows, options)
  local list, body = collect(rows, options.wanted), {}
  local peers = present(list)
  local head = head_of(peers, options.memory)
  for i, entry in ipairs(list) do body[i] = line(cells_of(entry, peers, options.memory)) end
  if #peers > 0 then body[#body + 1] = line(mean_cells(list, peers, #head)) end
  add_table(lines, title, head, body)
end

local function networks(mode, threads, is_single)
  return { memory = true, wanted = function(row)
    return row.kind == "network" and row.mode == mode and row.threads == threads
      and (row.batch == 1) == is_single
  end }
end

local function of_kind(kind)
  return { wanted = function(row) return row.kind == kind end }
end

local function call_lines(lines, rows)
  local body = {}
  for _, row in ipairs(rows) do
    if row.kind == "call" then
      body[#body + 1] = line{ "`" .. row.case .. "`", number(row.wick_ns), number(row.binding_ns),
        ratio(row.times) }
    end
  end
  add_table(lines, "Calls, beside a binding written by hand",
    { "", "Wick ns", "binding ns", "times" }, body)
end

-- What the second thread brings, of the networks that were measured on one and on two.
local function scaling_lines(lines, rows)
  local function key(row) return ("%s %s %d"):format(row.case, row.mode, row.batch) end
  local alone, done, body = {}, {}, {}
  for _, row in ipairs(rows) do
    if row.kind == "network" and row.threads == 1 then alone[key(row)] = row.wick_ms end
  end
  for _, row in ipairs(rows) do
    local one = row.kind == "network" and row.threads == 2 and alone[key(row)]
    if one and not done[key(row)] then
      done[key(row)] = true
      body[#body + 1] = line{ row.case, row.mode, ("%d"):format(row.batch), number(one),
        number(row.wick_ms), ratio(one / row.wick_ms) }
    end
  end
  add_table(lines, "Two threads beside one",
    { "", "mode", "batch", "one thread ms", "two ms", "times" }, body)
end

local function waiting_lines(lines, rows)
  for _, row in ipairs(rows) do
    if row.kind == "waiting" then
      lines[#lines + 1] = ""
      local text = "Training %s, batch %d: %s ms a step, %.2f %% of the time waiting for data."
      lines[#lines + 1] = text:format(row.case, row.batch, number(row.wick_ms),
        row.waiting_percent)
    end
  end
end

--- The report: `facts` are lines about the machine and the programs.
function report.markdown(rows, facts)
  local lines = {}
  for _, fact in ipairs(facts) do lines[#lines + 1] = "- " .. fact end
  for _, threads in ipairs{ 2, 1 } do
    local cores = threads == 1 and "one thread" or "two threads"
    section(lines, "Training step, " .. cores, rows, networks("train", threads, false))
    section(lines, "Inference, " .. cores, rows, networks("infer", threads, false))
    section(lines, "Inference of one image, " .. cores, rows, networks("infer", threads, true))
  end
  scaling_lines(lines, rows)
  section(lines, "Program start to first output", rows, of_kind("start"))
  section(lines, "Data", rows, of_kind("data"))
  section(lines, "Photographs to batches of 224 x 224", rows, of_kind("photographs"))
  waiting_lines(lines, rows)
  section(lines, "Stages of augmentation, 3 x 224 x 224 bytes; the peer is Pillow", rows,
    of_kind("stage"))
  section(lines, "Operations", rows, of_kind("operation"))
  call_lines(lines, rows)
  section(lines, "Layers: forward and all gradients", rows, of_kind("layer"))
  return table.concat(lines, "\n") .. "\n"
end

--- A JSON list with an object a line; comparisons alone, calls are in the report.
function report.json(rows)
  local texts = {}
  for _, row in ipairs(rows) do
    if row.kind ~= "call" then texts[#texts + 1] = json.encode(row) end
  end
  return "[\n" .. table.concat(texts, ",\n") .. "\n]\n"
end

--- One line about a row, for who watches.
function report.line(row)
  if row.kind == "call" then
    return ("  %-44s %9s ns  %-22s %9s ns  %5.2f times"):format(row.case, number(row.wick_ns),
      "by hand", number(row.binding_ns), row.times)
  end
  local name = ("%s %s %d/%d"):format(row.kind == "layer" and row.shape or row.case, row.mode,
    row.batch, row.threads)
  local ours = ("  %-44s %9s ms"):format(name, number(row.wick_ms))
  if row.waiting_percent then
    return ("%s  waiting for data %.2f %% of the time"):format(ours, row.waiting_percent)
  end
  if not row.peer then return ours end
  return ("%s  %-22s %9s ms  ratio %5.2f"):format(ours, row.peer, number(row.peer_ms), row.ratio)
end

return report
