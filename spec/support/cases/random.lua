--- Cases of core/op/random.c.
return {}
