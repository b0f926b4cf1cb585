--- Cases of core/op/matmul.c.
return {}
