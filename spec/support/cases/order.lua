--- Cases of core/op/order.c.
return {}
