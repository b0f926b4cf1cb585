--- Cases of core/op/reduce.c.
return {}
