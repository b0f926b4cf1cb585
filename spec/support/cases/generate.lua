--- Cases of core/op/generate.c.
return {}
