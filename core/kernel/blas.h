/* Entry to OpenBLAS, which holds BLAS and LAPACK: every call of it stands between the two. It runs
 * single-threaded; sharing among threads is ours. */
#ifndef WICK_KERNEL_BLAS_H
#define WICK_KERNEL_BLAS_H

/* Sets the library up at the first call; waits where it cannot be called by two threads at once. */
void wick__blas_begin(void);
void wick__blas_end(void);

#endif
