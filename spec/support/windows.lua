--- What cases of operations with windows share, of images and volumes alike.
local windows = {}

--- How many windows there are along axis i: with ceil one may hang over, if it begins inside or in
-- the left padding.
function windows.count(o, i, size)
  local room = size + 2 * o.pad[i] - o.dilation[i] * (o.kernel[i] - 1) - 1
  local n = (o.ceil and -(-room // o.stride[i]) or room // o.stride[i]) + 1
  if o.ceil and (n - 1) * o.stride[i] >= size + o.pad[i] then n = n - 1 end
  return n
end

--- For weights of a shape: f(sizes of x [, of the bias [, options]]), the arguments of a case.
function windows.weighted(...)
  local weight = { ... }
  return function(x, bias, options)
    return function(make)
      local list = { make(table.unpack(x)), make(table.unpack(weight)) }
      if bias then table.insert(list, make(bias)) end
      if options then table.insert(list, options) end
      return list
    end
  end
end

return windows
