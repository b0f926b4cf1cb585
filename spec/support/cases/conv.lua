--- Cases of core/op/conv.c.
return {}
