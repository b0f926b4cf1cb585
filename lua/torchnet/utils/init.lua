-- tnt.utils: what the package itself stands on and scripts use, too.
local tnt = require "torchnet.env"

tnt.utils = {
  table = require "torchnet.utils.table",
  nn = require "torchnet.utils.nn",
  sys = require "torchnet.utils.sys",
}

return tnt.utils
