--- Cases of core/op/dropout.c.
return {}
