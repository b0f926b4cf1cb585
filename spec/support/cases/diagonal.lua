--- Cases of core/op/diagonal.c.
return {}
