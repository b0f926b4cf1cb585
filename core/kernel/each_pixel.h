/* Includes the file named by EACH for the types of images, with REAL and K(name). No include guard:
 * it is meant to be included again. */
#define REAL uint8_t
#define K(name) name##_uint8
#include EACH
#undef REAL
#undef K
#define REAL float
#define K(name) name##_float
#include EACH
#undef REAL
#undef K
#define REAL double
#define K(name) name##_double
#include EACH
#undef REAL
#undef K
#undef EACH
