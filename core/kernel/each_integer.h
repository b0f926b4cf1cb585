/* Includes the file named by EACH for the five integer types, with REAL and K(name). */
#define REAL uint8_t
#define K(name) name##_uint8
#include EACH
#undef REAL
#undef K
#define REAL int8_t
#define K(name) name##_int8
#include EACH
#undef REAL
#undef K
#define REAL int16_t
#define K(name) name##_int16
#include EACH
#undef REAL
#undef K
#define REAL int32_t
#define K(name) name##_int32
#include EACH
#undef REAL
#undef K
#define REAL int64_t
#define K(name) name##_int64
#include EACH
#undef REAL
#undef K
#undef EACH
