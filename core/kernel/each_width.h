/* Includes the file named by EACH for every width of an element, with ELEMENT and K(name): what
 * only moves elements needs to know no more. No include guard: it is meant to be included again. */
#ifndef WICK__WIDTHS
#define WICK__WIDTHS
/* The bytes have the type of their tensor, which these may stand for. */
typedef uint8_t __attribute__((may_alias)) wick__bytes1;
typedef uint16_t __attribute__((may_alias)) wick__bytes2;
typedef uint32_t __attribute__((may_alias)) wick__bytes4;
typedef uint64_t __attribute__((may_alias)) wick__bytes8;
#endif

#define ELEMENT wick__bytes1
#define K(name) name##_1
#include EACH
#undef ELEMENT
#undef K
#define ELEMENT wick__bytes2
#define K(name) name##_2
#include EACH
#undef ELEMENT
#undef K
#define ELEMENT wick__bytes4
#define K(name) name##_4
#include EACH
#undef ELEMENT
#undef K
#define ELEMENT wick__bytes8
#define K(name) name##_8
#include EACH
#undef ELEMENT
#undef K
#undef EACH
