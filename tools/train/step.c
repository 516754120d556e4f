// One training step of a GPT-2 on a CPU: the loss and its gradient, in float32.
//
// model.py says the same in PyTorch, which this is compared with. It is faster since the
// products here are of the few shapes that occur: tiles of 12 x 32 sums that stay in the
// registers of AVX-512 (narrower vectors work, slower), weights in the order in which
// they are read, and rows that do not leave a core's cache between two products.
//
// A processor with AVX512-FP16 multiplies the weights and what they meet as half precision
// numbers ("operands"), almost twice as fast; sums of more than 32 products, and all the
// rest, are float32 there too. What is too large for a half, over 65504, becomes infinite
// and then the loss or a gradient not a number: none of the code here may hide that.
//
// Rows are tokens. A thread has sequences of its own from the first product to the last, and
// gradients of its own, which are added in the order of the threads: the same bits each time.
#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

typedef float vec __attribute__((vector_size(64)));
typedef int ivec __attribute__((vector_size(64)));
typedef float stored __attribute__((vector_size(64), aligned(4), may_alias)); // a vec anywhere in memory
enum { LANES = 16, COLS = 32, ROWS = 12, PART = 16 * ROWS, DEPTH = 256, CHUNK = 256, GAIN = 8, HUGE_PAGE = 1 << 21 };
#define INLINE static inline __attribute__((always_inline))

typedef struct { int layers, heads, width, context, vocabulary, relu; } Shape;
// The tensors of a block, in the order of model.py's parameters; matrices are [out, in].
enum { LN1, LN1_B, LN2, LN2_B, QKV, QKV_B, PROJ, PROJ_B, FC, FC_B, MLP, MLP_B, PER_BLOCK };

INLINE vec load(const float *p) { return *(const stored *)p; }
#if defined(__AVX512FP16__) && !defined(FLOAT32)
#define HALF
#include <immintrin.h>
typedef _Float16 operand;
enum { WIDE = 64 }; // columns of a panel of operands
INLINE void put(operand *p, vec v) { _mm256_storeu_ph(p, _mm512_cvtxps_ph((__m512)v)); } // GCC 12 converts vectors one by one
#else
typedef float operand;
enum { WIDE = 32 };
INLINE void put(operand *p, vec v) { *(stored *)p = v; }
#endif
INLINE vec all(float x) { return x - (vec){}; }
INLINE float total(vec v) {
	float s = 0;
	for (int i = 0; i < LANES; i++) s += v[i];
	return s;
}
INLINE vec pick(ivec mask, vec a, vec b) { return (vec)((mask & (ivec)a) | (~mask & (ivec)b)); }
INLINE vec larger(vec a, vec b) { return pick(a > b, a, b); }
// e^x, to two units in the last place, for x in -87..87; e^87 above, 0 below.
INLINE vec exponential(vec x) {
	x = pick(x > 87.0f, all(87), x);
	vec n = x * 1.44269504f;
	n = (n + 12582912.0f) - 12582912.0f; // to the nearest whole number
	vec r = x - n * 0.693359375f + n * 2.12194440e-4f;
	vec p = 1.9875691500e-4f * r + 1.3981999507e-3f;
	p = p * r + 8.3334519073e-3f;
	p = p * r + 4.1665795894e-2f;
	p = p * r + 1.6666665459e-1f;
	p = p * r + 5.0000001201e-1f;
	p = p * r * r + r + 1.0f;
	ivec e = (__builtin_convertvector(n, ivec) + 127) << 23;
	return pick(x < -87.0f, (vec){}, p * (vec)e);
}

// c[rows, 32] (+)= a[rows, depth] b[depth, 32]; an element of a is at [row * ar + k * ak], a row of b at [k * br].
INLINE void tile(int rows, long depth, const float *a, long ar, long ak, const float *b, long br, float *c, long cr, int add) {
	vec s[ROWS][2];
#pragma GCC unroll 12
	for (int i = 0; i < rows; i++) {
		s[i][0] = add ? load(c + i * cr) : (vec){};
		s[i][1] = add ? load(c + i * cr + LANES) : (vec){};
	}
	for (long k = 0; k < depth; k++) {
		vec b0 = load(b + k * br), b1 = load(b + k * br + LANES);
#pragma GCC unroll 12
		for (int i = 0; i < rows; i++) {
			vec x = all(a[i * ar + k * ak]);
			s[i][0] += x * b0;
			s[i][1] += x * b1;
		}
	}
#pragma GCC unroll 12
	for (int i = 0; i < rows; i++) {
		*(stored *)(c + i * cr) = s[i][0];
		*(stored *)(c + i * cr + LANES) = s[i][1];
	}
}

static void tiles(long rows, long depth, const float *a, long ar, long ak, const float *b, long br, float *c, long cr, int add) {
	for (; rows >= ROWS; rows -= ROWS, a += ROWS * ar, c += ROWS * cr) tile(ROWS, depth, a, ar, ak, b, br, c, cr, add);
	for (; rows >= 4; rows -= 4, a += 4 * ar, c += 4 * cr) tile(4, depth, a, ar, ak, b, br, c, cr, add);
	for (; rows > 0; rows--, a += ar, c += cr) tile(1, depth, a, ar, ak, b, br, c, cr, add);
}

#ifdef HALF
// As tile, with 64 columns or 32.
INLINE void half_tile(int rows, int cols, long depth, const operand *a, long ar, long ak, const operand *b, long br, float *c, long cr, int add) {
	int vecs = cols / 32;
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < cols; j += LANES) __builtin_prefetch(c + i * cr + j, 1); // it is needed only after the first products
	for (long k = 0; k < depth; add = 1) {
		__m512h s[ROWS][2] = {};
		for (long end = k + 32 < depth ? k + 32 : depth; k < end; k++) {
			__m512h b0 = _mm512_loadu_ph(b + k * br), b1 = _mm512_loadu_ph(b + k * br + 32 * (vecs - 1));
#pragma GCC unroll 12
			for (int i = 0; i < rows; i++) { // GCC would make an instruction of its own, a slow one, of repeating a[] 32 times
				asm("vfmadd231ph %2%{1to32%}, %1, %0" : "+v"(s[i][0]) : "v"(b0), "m"(a[i * ar + k * ak]));
				if (vecs > 1) asm("vfmadd231ph %2%{1to32%}, %1, %0" : "+v"(s[i][1]) : "v"(b1), "m"(a[i * ar + k * ak]));
			}
		}
#pragma GCC unroll 12
		for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
			for (int j = 0; j < 2 * vecs; j++) {
				__m256 part = _mm512_extractf32x8_ps((__m512)s[i][j / 2], j % 2);
				float *to = c + i * cr + j * LANES;
				*(stored *)to = (vec)_mm512_cvtxph_ps((__m256h)part) + (add ? load(to) : (vec){});
			}
	}
}

INLINE void half_rows(int cols, long rows, long depth, const operand *a, long ar, long ak, const operand *b, long br, float *c, long cr, int add) {
	for (; rows >= ROWS; rows -= ROWS, a += ROWS * ar, c += ROWS * cr) half_tile(ROWS, cols, depth, a, ar, ak, b, br, c, cr, add);
	for (; rows >= 4; rows -= 4, a += 4 * ar, c += 4 * cr) half_tile(4, cols, depth, a, ar, ak, b, br, c, cr, add);
	for (; rows > 0; rows--, a += ar, c += cr) half_tile(1, cols, depth, a, ar, ak, b, br, c, cr, add);
}
#endif

// tiles, of operands and of WIDE columns or 32.
static void wide_tiles(long rows, long cols, long depth, const operand *a, long ar, long ak, const operand *b, long br, float *c, long cr, int add) {
#ifdef HALF
	if (cols == WIDE) half_rows(WIDE, rows, depth, a, ar, ak, b, br, c, cr, add);
	else half_rows(32, rows, depth, a, ar, ak, b, br, c, cr, add);
#else
	tiles(rows, depth, a, ar, ak, b, br, c, cr, add), (void)cols;
#endif
}

INLINE long up(long n) { return (n + COLS - 1) / COLS * COLS; }
INLINE long least(long a, long b) { return a < b ? a : b; }

// How far apart rows of operands are: an odd number of cache lines, or a column of them would compete for a few places in the cache.
INLINE long stride(long width) {
	long line = 64 / sizeof(operand);
	return (up(width) / line | 1) * line;
}

// y[rows, out] = x[rows, in] w, with w in panels of WIDE columns, the last perhaps of 32: [out / WIDE][in][WIDE].
static void product(long rows, long in, long out, const operand *x, const operand *panels, float *y, long yr) {
	for (long k = 0; k < in; k += DEPTH)
		for (long j = 0, cols; j < out; j += cols) {
			cols = least(WIDE, out - j);
			wide_tiles(rows, cols, least(DEPTH, in - k), x + k, stride(in), 1, panels + j * in + k * cols, cols, y + j, yr, k > 0);
		}
}

// g[out, in] += dy[rows, out]^T x[rows, in].
static void gradient(long rows, long in, long out, const operand *dy, const operand *x, float *g) {
	for (long o = 0; o < out; o += PART) // as much of g as stays in the cache
		for (long k = 0; k < rows; k += DEPTH / 4)
			for (long j = 0, cols; j < in; j += cols) {
				cols = least(WIDE, in - j);
				wide_tiles(least(PART, out - o), cols, least(DEPTH / 4, rows - k), dy + k * stride(out) + o, 1, stride(out), x + k * stride(in) + j, stride(in), g + o * in + j, in, 1);
			}
}

// The panels of w^T and of w, for w [out, in]. Columns beyond out are zero.
static void panels_transposed(const float *w, long out, long in, operand *p) {
	for (long j = 0, cols; j < out; j += cols) {
		cols = least(WIDE, up(out) - j);
		for (long k = 0; k < in; k++)
			for (long i = 0; i < cols; i++) *p++ = j + i < out ? w[(j + i) * in + k] : 0;
	}
}
static void panels(const float *w, long out, long in, operand *p) {
	for (long j = 0, cols; j < in; j += cols) {
		cols = least(WIDE, in - j);
		for (long k = 0; k < out; k++)
			for (long i = 0; i < cols; i += LANES, p += LANES) put(p, load(w + k * in + j + i));
	}
}

// sum += the rows of d, the gradient of a bias; and d as operands.
static void add_rows(long rows, long width, const float *d, float *sum, operand *as) {
	for (long t = 0; t < rows; t++, d += width, as += stride(width))
		for (long i = 0; i < width; i += LANES) {
			*(stored *)(sum + i) += load(d + i);
			put(as + i, load(d + i));
		}
}

static void add_bias(long rows, long width, const float *bias, float *y) {
	for (long t = 0; t < rows; t++)
		for (long i = 0; i < width; i += LANES) *(stored *)(y + t * width + i) += load(bias + i);
}

static void norm(long rows, long width, const float *x, const float *w, const float *b, operand *y, float *stats) {
	for (long t = 0; t < rows; t++, x += width, y += stride(width), stats += 2) {
		vec s = {}, q = {};
		for (long i = 0; i < width; i += LANES) s += load(x + i);
		float mean = total(s) / width;
		for (long i = 0; i < width; i += LANES) {
			vec d = load(x + i) - mean;
			q += d * d;
		}
		float scale = 1 / sqrtf(total(q) / width + 1e-5f);
		for (long i = 0; i < width; i += LANES) put(y + i, (load(x + i) - mean) * scale * load(w + i) + load(b + i));
		stats[0] = mean, stats[1] = scale;
	}
}

// dx (+)= the gradient of norm's input, from dy.
static void norm_back(long rows, long width, const float *x, const float *w, const float *stats, const float *dy, float *dw, float *db, float *dx, int add) {
	for (long t = 0; t < rows; t++, x += width, dy += width, dx += width, stats += 2) {
		float mean = stats[0], scale = stats[1];
		vec s = {}, q = {};
		for (long i = 0; i < width; i += LANES) {
			vec h = (load(x + i) - mean) * scale, g = load(dy + i), d = g * load(w + i);
			*(stored *)(dw + i) += g * h;
			*(stored *)(db + i) += g;
			s += d, q += d * h;
		}
		float a = total(s) / width, b = total(q) / width;
		for (long i = 0; i < width; i += LANES) {
			vec h = (load(x + i) - mean) * scale, d = (load(dy + i) * load(w + i) - a - h * b) * scale;
			*(stored *)(dx + i) = d + (add ? load(dx + i) : (vec){});
		}
	}
}

// gelu_new is x * sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3).
static void activate(long rows, long width, int relu, const float *x, operand *y) {
	for (long t = 0; t < rows; t++, x += width, y += stride(width))
		for (long i = 0; i < width; i += LANES) {
			vec v = load(x + i);
			put(y + i, relu ? larger((vec){}, v) /* v if not a number */ : v / (1 + exponential(-1.5957691216f * (v + 0.044715f * v * v * v))));
		}
}
// d, times the derivative at x, as operands; and sum += its rows, as in add_rows.
static void activate_back(long rows, long width, int relu, const float *x, const float *d, float *sum, operand *as) {
	for (long t = 0; t < rows; t++, x += width, d += width, as += stride(width))
		for (long i = 0; i < width; i += LANES) {
			vec v = load(x + i), slope;
			if (relu) slope = pick(v > 0.0f, all(1), (vec){});
			else {
				vec s = 1 / (1 + exponential(-1.5957691216f * (v + 0.044715f * v * v * v)));
				slope = s + v * s * (1 - s) * 1.5957691216f * (1 + 0.134145f * v * v);
			}
			vec g = load(d + i) * slope;
			*(stored *)(sum + i) += g;
			put(as + i, g);
		}
}

// to[length, up(size)] = from[length, size] of rows that are `row` apart, zeros beyond.
static void take(long length, long size, const float *from, long row, float *to) {
	for (long t = 0; t < length; t++)
		for (long i = 0; i < up(size); i++) to[t * up(size) + i] = i < size ? from[t * row + i] : 0;
}
// to[up(size), up(length)] = from[length, size]^T, zeros beyond.
static void take_transposed(long length, long size, const float *from, long row, float *to) {
	memset(to, 0, up(size) * up(length) * sizeof *to);
	for (long t = 0; t < length; t++)
		for (long i = 0; i < size; i++) to[i * up(length) + t] = from[t * row + i];
}
// c[T, up(T)] = a[T, size] bt[size, T], as far as row t needs: columns 0..t.
static void causal(long T, long size, const float *a, const float *bt, float *c) {
	for (long r = 0; r < T; r += ROWS) {
		long rows = least(ROWS, T - r);
		for (long j = 0; j < r + rows; j += COLS) tiles(rows, size, a + r * size, size, 1, bt + j, up(T), c + r * up(T) + j, up(T), 0);
	}
}

// One head of one sequence. qkv and mix have rows of `width` tokens' values; p [T, up(T)] keeps the weights.
typedef struct { float *q, *k, *v, *t, *d, *dp, *o; } Head;

static void attend(long T, long width, long size, const float *qkv, float *p, operand *mix, Head w) {
	long s = up(size), P = up(T);
	float scale = 1 / sqrtf(size);
	take(T, size, qkv, 3 * width, w.q);
	take_transposed(T, size, qkv + width, 3 * width, w.t);
	take(T, size, qkv + 2 * width, 3 * width, w.v);
	causal(T, s, w.q, w.t, p);
	for (long t = 0; t < T; t++) {
		float *row = p + t * P;
		for (long j = t + 1; j < P; j++) row[j] = -1e30f;
		vec m = all(-1e30f), sum = {};
		for (long j = 0; j < up(t + 1); j += LANES) m = larger(m, load(row + j));
		float top = m[0];
		for (int i = 1; i < LANES; i++) top = m[i] > top ? m[i] : top;
		for (long j = 0; j < up(t + 1); j += LANES) {
			vec e = exponential((load(row + j) - top) * scale);
			*(stored *)(row + j) = e, sum += e;
		}
		float one = 1 / total(sum);
		for (long j = 0; j < up(t + 1); j += LANES) *(stored *)(row + j) *= one;
		for (long j = up(t + 1); j < P; j++) row[j] = 0;
	}
	for (long r = 0; r < T; r += ROWS) {
		long rows = least(ROWS, T - r);
		for (long j = 0; j < s; j += COLS) tiles(rows, r + rows, p + r * P, P, 1, w.v + j, s, w.o + r * s + j, s, 0);
	}
	for (long t = 0; t < T; t++)
		for (long i = 0; i < size; i++) mix[t * stride(width) + i] = w.o[t * s + i];
}

static void attend_back(long T, long width, long size, const float *qkv, const float *p, const float *dmix, float *dqkv, Head w) {
	long s = up(size), P = up(T);
	float scale = 1 / sqrtf(size);
	take(T, size, dmix, width, w.d);
	take_transposed(T, size, qkv + 2 * width, 3 * width, w.t);
	causal(T, s, w.d, w.t, w.dp);
	for (long t = 0; t < T; t++) {
		const float *row = p + t * P;
		float *d = w.dp + t * P;
		vec sum = {};
		for (long j = 0; j < up(t + 1); j += LANES) { // beyond t the weights are 0, and what causal left there is finite
			vec x = load(row + j) * load(d + j);
			*(stored *)(d + j) = x, sum += x;
		}
		float a = total(sum);
		for (long j = 0; j < up(t + 1); j += LANES) *(stored *)(d + j) = (load(d + j) - load(row + j) * a) * scale;
		for (long j = up(t + 1); j < P; j++) d[j] = 0;
	}
	take(T, size, qkv, 3 * width, w.q);
	take(T, size, qkv + width, 3 * width, w.k);
	for (int part = 0; part < 3; part++) {
		for (long r = 0; r < T; r += ROWS) {
			long rows = least(ROWS, T - r);
			for (long j = 0; j < s; j += COLS) {
				float *o = w.o + r * s + j;
				if (part == 0) tiles(rows, r + rows, w.dp + r * P, P, 1, w.k + j, s, o, s, 0);                           // dq = ds k
				if (part == 1) tiles(rows, T - r, w.dp + r * P + r, 1, P, w.q + r * s + j, s, o, s, 0);                  // dk = ds^T q
				if (part == 2) tiles(rows, T - r, p + r * P + r, 1, P, w.d + r * s + j, s, o, s, 0);                     // dv = p^T d
			}
		}
		for (long t = 0; t < T; t++) memcpy(dqkv + part * width + t * 3 * width, w.o + t * s, size * sizeof *dqkv);
	}
}

// What the threads share: the panels of every matrix, w^T and w.
typedef struct { operand *forward, *back; } Panels;
enum { MATRICES = 4 }; // of a block: QKV, PROJ, FC, MLP

INLINE void *take_bytes(char **next, long bytes) {
	char *at = *next;
	*next += (bytes + 63) / 64 * 64;
	return at;
}

// The sum of the losses of `count` sequences of T ids, and of their gradients times GAIN. Returns how many
// bytes of memory it works in; without memory it does no more than that.
static long sequences(const Shape *z, float *const *w, float *const *g, const Panels *m, const int *ids, const int *targets, long count, long T, double *sum_of_losses, char *memory) {
	long C = z->width, V = z->vocabulary, L = z->layers, H = z->heads, size = C / H, s = up(size), P = up(T), VP = up(V), VR = VP + COLS;
	long group = count < 512 / T ? count : 512 / T > 0 ? 512 / T : 1; // sequences that go through together
	long M = group * T, chunk = least(CHUNK, M);
	char *next = memory;
#define TAKE(type, n) (type *)take_bytes(&next, (n) * sizeof(type))
	struct { float *x, *stats1, *qkv, *p, *x2, *stats2, *pre; operand *ln1, *mix, *ln2, *act; } layer[L + 1]; // of the last, x alone
	for (long l = 0; l < L; l++) {
		layer[l].x = TAKE(float, M * C), layer[l].x2 = TAKE(float, M * C), layer[l].qkv = TAKE(float, M * 3 * C), layer[l].pre = TAKE(float, M * 4 * C);
		layer[l].stats1 = TAKE(float, M * 2), layer[l].stats2 = TAKE(float, M * 2), layer[l].p = TAKE(float, group * H * T * P);
		layer[l].ln1 = TAKE(operand, M * stride(C)), layer[l].mix = TAKE(operand, M * stride(C)), layer[l].ln2 = TAKE(operand, M * stride(C)), layer[l].act = TAKE(operand, M * stride(4 * C));
	}
	float *x = layer[L].x = TAKE(float, M * C), *stats = TAKE(float, M * 2), *dx = TAKE(float, M * C), *dn = TAKE(float, M * C), *wide = TAKE(float, M * 4 * C), *dqkv = TAKE(float, M * 3 * C), *dlast = TAKE(float, M * C), *logits = TAKE(float, chunk * VR);
	operand *last = TAKE(operand, M * stride(C)), *dlogits = TAKE(operand, chunk * stride(V)), *dy = TAKE(operand, M * stride(4 * C));
	Head head = {TAKE(float, T * s), TAKE(float, T * s), TAKE(float, T * s), TAKE(float, s * P), TAKE(float, T * s), TAKE(float, T * P), TAKE(float, T * s)};
#undef TAKE
	if (!memory) return next - memory;
	float *const *wl = w + 2, *const *gl = g + 2, *const *wf = w + 2 + L * PER_BLOCK, *const *gf = g + 2 + L * PER_BLOCK;
	double loss = 0;
	for (long first = 0; first < count; first += group, ids += M, targets += M) {
		if (count - first < group) group = count - first, M = group * T;
		for (long t = 0; t < M; t++)
			for (long i = 0; i < C; i += LANES) *(stored *)(layer[0].x + t * C + i) = load(w[0] + ids[t] * C + i) + load(w[1] + t % T * C + i);
		for (long l = 0; l < L; l++) {
			float *const *b = wl + l * PER_BLOCK, *next_x = layer[l + 1].x;
			const Panels *q = m + 1 + l * MATRICES;
			norm(M, C, layer[l].x, b[LN1], b[LN1_B], layer[l].ln1, layer[l].stats1);
			product(M, C, 3 * C, layer[l].ln1, q[0].forward, layer[l].qkv, 3 * C);
			add_bias(M, 3 * C, b[QKV_B], layer[l].qkv);
			for (long i = 0; i < group * H; i++) {
				long at = i / H * T, h = i % H * size;
				attend(T, C, size, layer[l].qkv + at * 3 * C + h, layer[l].p + i * T * P, layer[l].mix + at * stride(C) + h, head);
			}
			product(M, C, C, layer[l].mix, q[1].forward, layer[l].x2, C);
			add_bias(M, C, b[PROJ_B], layer[l].x2);
			for (long i = 0; i < M * C; i += LANES) *(stored *)(layer[l].x2 + i) += load(layer[l].x + i);
			norm(M, C, layer[l].x2, b[LN2], b[LN2_B], layer[l].ln2, layer[l].stats2);
			product(M, C, 4 * C, layer[l].ln2, q[2].forward, layer[l].pre, 4 * C);
			add_bias(M, 4 * C, b[FC_B], layer[l].pre);
			activate(M, 4 * C, z->relu, layer[l].pre, layer[l].act);
			product(M, 4 * C, C, layer[l].act, q[3].forward, next_x, C);
			add_bias(M, C, b[MLP_B], next_x);
			for (long i = 0; i < M * C; i += LANES) *(stored *)(next_x + i) += load(layer[l].x2 + i);
		}
		norm(M, C, x, wf[0], wf[1], last, stats);
		for (long r = 0; r < M; r += CHUNK) { // the head, some rows at a time
			long rows = least(CHUNK, M - r);
			product(rows, C, VP, last + r * stride(C), m[0].forward, logits, VR);
			for (long t = 0; t < rows; t++) { // the gradient of a token's own loss, times GAIN: its many small numbers shall be halves too
				float *y = logits + t * VR;
				operand *d = dlogits + t * stride(V);
				for (long j = V; j < VP; j++) y[j] = -1e30f;
				vec best = all(-1e30f), sum = {};
				for (long j = 0; j < VP; j += LANES) best = larger(best, load(y + j));
				float top = best[0], target = y[targets[r + t]];
				for (int i = 1; i < LANES; i++) top = best[i] > top ? best[i] : top;
				for (long j = 0; j < VP; j += LANES) {
					vec e = exponential(load(y + j) - top);
					*(stored *)(y + j) = e, sum += e;
				}
				float all_of_it = total(sum);
				loss += logf(all_of_it) - (target - top);
				for (long j = 0; j < VP; j += LANES) put(d + j, load(y + j) * (GAIN / all_of_it));
				d[targets[r + t]] = GAIN * (y[targets[r + t]] / all_of_it - 1);
			}
			product(rows, V, C, dlogits, m[0].back, dlast + r * C, C);
			gradient(rows, C, V, dlogits, last + r * stride(C), g[0]);
		}
		norm_back(M, C, x, wf[0], stats, dlast, gf[0], gf[1], dx, 0);
		for (long l = L - 1; l >= 0; l--) {
			float *const *b = wl + l * PER_BLOCK, *const *d = gl + l * PER_BLOCK;
			const Panels *q = m + 1 + l * MATRICES;
			add_rows(M, C, dx, d[MLP_B], dy);
			product(M, C, 4 * C, dy, q[3].back, wide, 4 * C);
			gradient(M, 4 * C, C, dy, layer[l].act, d[MLP]);
			activate_back(M, 4 * C, z->relu, layer[l].pre, wide, d[FC_B], dy);
			product(M, 4 * C, C, dy, q[2].back, dn, C);
			gradient(M, C, 4 * C, dy, layer[l].ln2, d[FC]);
			norm_back(M, C, layer[l].x2, b[LN2], layer[l].stats2, dn, d[LN2], d[LN2_B], dx, 1);
			add_rows(M, C, dx, d[PROJ_B], dy);
			product(M, C, C, dy, q[1].back, dn, C);
			gradient(M, C, C, dy, layer[l].mix, d[PROJ]);
			for (long i = 0; i < group * H; i++) {
				long at = i / H * T, h = i % H * size;
				attend_back(T, C, size, layer[l].qkv + at * 3 * C + h, layer[l].p + i * T * P, dn + at * C + h, dqkv + at * 3 * C + h, head);
			}
			add_rows(M, 3 * C, dqkv, d[QKV_B], dy);
			product(M, 3 * C, C, dy, q[0].back, dn, C);
			gradient(M, C, 3 * C, dy, layer[l].ln1, d[QKV]);
			norm_back(M, C, layer[l].x, b[LN1], layer[l].stats1, dn, d[LN1], d[LN1_B], dx, 1);
		}
		for (long t = 0; t < M; t++)
			for (long i = 0; i < C; i += LANES) {
				*(stored *)(g[0] + ids[t] * C + i) += load(dx + t * C + i);
				*(stored *)(g[1] + t % T * C + i) += load(dx + t * C + i);
			}
	}
	*sum_of_losses = loss;
	return next - memory;
}

// Memory from call to call, the same: to have its pages cleared each time takes longer than one would think.
static char *keep(size_t bytes) {
	static char *memory;
	static size_t size;
	if (bytes > size) {
		free(memory);
		size = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
		memory = aligned_alloc(HUGE_PAGE, size);
		if (!memory) abort();
#ifdef __linux__
		madvise(memory, size, MADV_HUGEPAGE);
#endif
	}
	return memory;
}

// The mean loss of `count` sequences of T ids, in nats a token; its gradients are written to g.
// w and g: wte, wpe, the tensors of every block, ln_f's; sizes: how many floats each has.
double step(const Shape *z, float *const *w, float *const *g, const long *sizes, const int *ids, const int *targets, long count, long T, int threads) {
	long L = z->layers, C = z->width, V = z->vocabulary, tensors = 4 + L * PER_BLOCK, floats = 0, VP = up(V);
	for (long i = 0; i < tensors; i++) floats += sizes[i];
	long each = sequences(z, w, g, 0, ids, targets, (count + threads - 1) / threads, T, 0, 0), matrices = (VP + V) * C + L * 2 * 12 * C * C;
	char *next = keep(matrices * sizeof(operand) + threads * (each + floats * sizeof(float)) + 4096), *work = take_bytes(&next, threads * each);
	operand *packed = take_bytes(&next, matrices * sizeof(operand));
	float *own = take_bytes(&next, threads * floats * sizeof(float));
	double losses[threads];
	Panels m[1 + L * MATRICES];
	m[0] = (Panels){packed, packed + VP * C}, packed += (VP + V) * C;
	static const int which[MATRICES] = {QKV, PROJ, FC, MLP}, outs[MATRICES] = {3, 1, 4, 1}, ins[MATRICES] = {1, 1, 1, 4};
	for (long i = 0; i < L * MATRICES; i++) {
		long size = outs[i % MATRICES] * ins[i % MATRICES] * C * C;
		m[1 + i] = (Panels){packed, packed + size}, packed += 2 * size;
	}
#pragma omp parallel num_threads(threads)
	{
#pragma omp for schedule(static, 1)
		for (long i = 0; i < 1 + L * MATRICES; i++) {
			const float *from = i ? w[2 + (i - 1) / MATRICES * PER_BLOCK + which[(i - 1) % MATRICES]] : w[0];
			long out = i ? outs[(i - 1) % MATRICES] * C : V, in = i ? ins[(i - 1) % MATRICES] * C : C;
			panels_transposed(from, out, in, m[i].forward);
			panels(from, out, in, m[i].back);
		}
#pragma omp for schedule(static, 1)
		for (int thread = 0; thread < threads; thread++) {
			float *mine[tensors], *at = own + thread * floats;
			for (long i = 0; i < tensors; at += sizes[i++]) mine[i] = at;
			long from = count * thread / threads, to = count * (thread + 1) / threads;
			memset(mine[0], 0, floats * sizeof(float));
			losses[thread] = 0;
			if (to > from) sequences(z, w, mine, m, ids + from * T, targets + from * T, to - from, T, losses + thread, work + thread * each);
		}
	}
	double loss = 0;
	for (int thread = 0; thread < threads; thread++) loss += losses[thread];
	float *at = own, scale = 1.0f / (GAIN * count * T);
	for (long i = 0; i < tensors; at += sizes[i++])
		for (long j = 0; j < sizes[i]; j++) {
			float sum = at[j];
			for (int thread = 1; thread < threads; thread++) sum += at[thread * floats + j];
			if (g[i]) g[i][j] = sum * scale;
		}
	return loss / (count * T);
}
