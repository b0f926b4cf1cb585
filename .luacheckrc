std = "lua54"
max_line_length = 100
self = false -- methods that do not need their object

files["spec"] = { -- what busted gives its files
  read_globals = {
    "after_each", "before_each", "describe", "finally", "insulate", "it", "pending", "setup",
    "teardown", assert = { other_fields = true },
  },
}
