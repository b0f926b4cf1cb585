--- Cases of core/op/pooling.c.
return {}
