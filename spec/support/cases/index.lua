--- Cases of core/op/index.c.
return {}
