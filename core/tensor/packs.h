/* Packs: what kernels make of a weight before they use it, kept with the weight's storage from one
 * use to the next, and freed with it. A pack is good while the elements it was made of have not
 * been written. Where memory may be written unseen there are none. */
#ifndef WICK_TENSOR_PACKS_H
#define WICK_TENSOR_PACKS_H

#include "tensor/tensor.h"

enum { WICK__PACK_KEY = 16 };

/* What a pack was made for, besides the weight. */
typedef struct wick__pack_key {
    int64_t v[WICK__PACK_KEY];
} wick__pack_key;

/* The pack of row-major t, or NULL. Under the lock of the context's forms, as all of these. */
const void *wick__pack_find(const wick_tensor *t, const wick__pack_key *key);

/* Hands `bytes` of pack, from wick__alloc, to t's storage, instead of what it had for t; false
 * where it cannot be kept. */
bool wick__pack_keep(wick_tensor *t, const wick__pack_key *key, void *pack, size_t bytes);

/* Frees those of the storage that were made of elements that have been written since. */
void wick__packs_refresh(wick_storage *storage);

/* Frees all of them. */
void wick__packs_drop(wick_storage *storage);

#endif
