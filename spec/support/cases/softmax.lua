--- Cases of core/op/softmax.c.
return {}
