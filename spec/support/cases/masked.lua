--- Cases of core/op/masked.c.
return {}
