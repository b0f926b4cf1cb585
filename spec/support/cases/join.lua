--- Cases of core/op/join.c.
return {}
