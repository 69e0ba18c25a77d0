/* Lanes: runs side by side, as many to a vector as the processor has room for, and the arithmetic
   that all share. */
#pragma once
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#ifdef __AVX512F__
#define WIDTH 8
#else
#define WIDTH 4
#endif
#ifndef LANES
#define LANES WIDTH
#endif
#define VECTORS (LANES / WIDTH)

typedef double vd __attribute__((vector_size(WIDTH * 8)));
typedef int64_t vi __attribute__((vector_size(WIDTH * 8)));
typedef uint64_t vu __attribute__((vector_size(WIDTH * 8)));
typedef vd lane[VECTORS]; /* one number of each run of a block */

#define EACH for (int v = 0; v < VECTORS; v++)
#define AT(x, l) (((double *)(x))[l])
#define NONE (-1)
#define INLINE static inline __attribute__((always_inline))

INLINE vd all(double x) { return x - (vd){0}; }
INLINE vu words(uint64_t x) { return x - (vu){0}; }
INLINE vd pick(vi mask, vd yes, vd no) { return (vd)((mask & (vi)yes) | (~mask & (vi)no)); }

#ifdef __AVX512F__
INLINE vd most(vd a, vd b) { return (vd)_mm512_max_pd((__m512d)a, (__m512d)b); }
INLINE vd least(vd a, vd b) { return (vd)_mm512_min_pd((__m512d)a, (__m512d)b); }
INLINE vu product(vu a, vu b) { return (vu)_mm512_mul_epu32((__m512i)a, (__m512i)b); }
INLINE vd root(vd a) { return (vd)_mm512_sqrt_pd((__m512d)a); }
#elif defined(__AVX2__)
INLINE vd most(vd a, vd b) { return (vd)_mm256_max_pd((__m256d)a, (__m256d)b); }
INLINE vd least(vd a, vd b) { return (vd)_mm256_min_pd((__m256d)a, (__m256d)b); }
INLINE vu product(vu a, vu b) { return (vu)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
INLINE vd root(vd a) { return (vd)_mm256_sqrt_pd((__m256d)a); }
#else
INLINE vd most(vd a, vd b) { return pick(a > b, a, b); }
INLINE vd least(vd a, vd b) { return pick(a < b, a, b); }
INLINE vu product(vu a, vu b) { return a * b; }
INLINE vd root(vd a) {
    for (int i = 0; i < WIDTH; i++) a[i] = sqrt(a[i]);
    return a;
}
#endif
INLINE vd size(vd a) { return (vd)((vi)a & INT64_MAX); }

/* One bit a lane where the mask is set. */
INLINE uint32_t bits(vi mask) {
#ifdef __AVX512DQ__
    return _mm512_movepi64_mask((__m512i)mask);
#elif defined(__AVX2__)
    return (uint32_t)_mm256_movemask_pd((__m256d)mask);
#else
    uint32_t found = 0;
    for (int i = 0; i < WIDTH; i++) found |= (uint32_t)(mask[i] & 1) << i;
    return found;
#endif
}

/* Of words of 32 bits, 53 of them in all, a number in [0, 1): a power of two takes up the bits of
   each and is taken away again, since few processors turn integers of 64 bits into floats. */
INLINE vd unit(vu high, vu low) {
    const vd top = (vd)(high | 0x4330000000000000ull) - 0x1p52;
    const vd rest = (vd)(low >> 11 | 0x4330000000000000ull) - 0x1p52;
    return top * 0x1p-32 + rest * 0x1p-53;
}

/* The greatest integer not above a number, as a number; and one of a size below 2^51 as an integer. */
INLINE vd whole(vd x) {
#ifdef __AVX512F__
    return (vd)_mm512_floor_pd((__m512d)x);
#elif defined(__AVX2__)
    return (vd)_mm256_floor_pd((__m256d)x);
#else
    const vd cut = __builtin_convertvector(__builtin_convertvector(x, vi), vd); /* toward zero */
    return cut - pick(cut > x, all(1.0), all(0.0));
#endif
}
INLINE vi integer(vd x) { return (vi)(x + 0x1.8p52) - (vi)all(0x1.8p52); }

/* Two uniform numbers from a counter: Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011). */
INLINE void uniforms(vu c0, vu c1, vu c2, vu c3, uint64_t seed, vd *one, vd *two) {
    const vu m0 = words(0xD2511F53), m1 = words(0xCD9E8D57);
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
#pragma GCC unroll 10
    for (int i = 0; i < 10; i++) {
        const vu p0 = product(m0, c0), p1 = product(m1, c2);
        c0 = (p1 >> 32) ^ c1 ^ (uint64_t)k0;
        c2 = (p0 >> 32) ^ c3 ^ (uint64_t)k1;
        c1 = p1 & 0xFFFFFFFFull;
        c3 = p0 & 0xFFFFFFFFull;
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    *one = unit(c0, c1);
    *two = unit(c2, c3);
}

INLINE vd middle_of_cell(vd u) { /* of 2^52 cells */
    return (whole(u * 0x1p52) + 0.5) * 0x1p-52;
}

#if WIDTH == 8
INLINE vi lane_numbers(void) { return (vi){0, 1, 2, 3, 4, 5, 6, 7}; }
#else
INLINE vi lane_numbers(void) { return (vi){0, 1, 2, 3}; }
#endif

INLINE vu runs_from(uint64_t first) { return (vu)lane_numbers() + first; }

/* As detente.theory.exponential; a large number added and taken away rounds to an integer. */
INLINE vd exponential(vd x) {
    const double large = 0x1.8p52;
    x = least(most(x, all(-700.0)), all(700.0));
    const vd high = x * 1.4426950408889634 + large, k = high - large;
    const vd r = x - k * 0.693145751953125 - k * 1.4286068203094172e-06;
    const vd square = r * r; /* even and odd powers apart: a shorter chain */
    vd even = all(2.08767569878681e-09), odd = all(1.6059043836821613e-10);
    even = even * square + 2.755731922398589e-07;
    odd = odd * square + 2.505210838544172e-08;
    even = even * square + 2.48015873015873e-05;
    odd = odd * square + 2.7557319223985893e-06;
    even = even * square + 0.001388888888888889;
    odd = odd * square + 0.0001984126984126984;
    even = even * square + 0.041666666666666664;
    odd = odd * square + 0.008333333333333333;
    even = even * square + 0.5;
    odd = odd * square + 0.16666666666666666;
    const vd s = 1.0 + (r + square * (even + odd * r));
    return (vd)((vi)s + ((vi)high << 52));
}

/* Quantile of the normal (Wichura 1988, AS 241), of the middle 85% and of the tails. */
INLINE vd middle(vd q) {
    const vd r = 0.180625 - q * q;
    vd a = all(2.5090809287301226727e3), b = all(5.2264952788528545610e3);
    a = a * r + 3.3430575583588128105e4;
    a = a * r + 6.7265770927008700853e4;
    a = a * r + 4.5921953931549871457e4;
    a = a * r + 1.3731693765509461125e4;
    a = a * r + 1.9715909503065514427e3;
    a = a * r + 1.3314166789178437745e2;
    a = a * r + 3.3871328727963666080e0;
    b = b * r + 2.8729085735721942674e4;
    b = b * r + 3.9307895800092710610e4;
    b = b * r + 2.1213794301586595867e4;
    b = b * r + 5.3941960214247511077e3;
    b = b * r + 6.8718700749205790830e2;
    b = b * r + 4.2313330701600911252e1;
    b = b * r + 1.0;
    return q * a / b;
}

static double tail(double u) {
    static const double near[2][8] = {
        {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
         3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0},
        {1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
         6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0}};
    static const double far[2][8] = {
        {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
         2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0},
        {2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
         1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0}};
    double r = sqrt(-log(u < 0.5 ? u : 1.0 - u)), a = 0.0, b = 0.0;
    const double(*c)[8] = r <= 5.0 ? near : far;
    r -= r <= 5.0 ? 1.6 : 5.0;
    for (int i = 0; i < 8; i++) {
        a = a * r + c[0][i];
        b = b * r + c[1][i];
    }
    return u < 0.5 ? -a / b : a / b;
}
