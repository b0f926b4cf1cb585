-- Whose habits hold in this Lua state. `torch7` is switched by lua/torch7/init.lua alone; the core
-- has the same switch for numbers and shapes (core.setTorch7).
return { torch7 = false }
