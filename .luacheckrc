std = "lua54"
max_line_length = 100
self = false -- methods that do not need their object

files["spec"] = { std = "+busted" }
