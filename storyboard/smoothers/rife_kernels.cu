// What lies between the convolutions of RIFE 4.25 on an NVIDIA card (`rife_fused.py` says in which order).
//
// Each function is one pass over memory. Numbers of 16 bits are their bits in an unsigned short; sums are in 32 bits.
// Pictures are rows, columns, channels:
//   planes   (H, W, 8) f16    red, green, blue from 0 to 255, four features, nothing
//   flow     (H, W, 4) f32    x and y to the first picture, x and y to the second, in pixels
//   answer   (h / 2, w / 2, stride) f16, where h and w are H and W over a block's scale: what a block's last
//            deconvolution gives before its bias. Its channels are those of two by two pixels (a pixel shuffle):
//            channel c of pixel (y, x) is number 4 c + 2 (y % 2) + x % 2 of the cell. 0 to 3 flow, 4 mask, 5 to 12 features.
//   woven    (h, w, 32) f16   what a block reads: both pictures' seven planes, flow, time, mask, features, four zeros

#ifdef __CUDACC__
#define KERNEL extern "C" __global__ void
#define INLINE static __device__ __forceinline__
#define EACH(i, count)                                                          \
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < (count); \
         i += gridDim.x * (long long)blockDim.x)
INLINE float wide(unsigned short bits) {
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
}
INLINE unsigned short narrow(float value) {
    unsigned short bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
}
#else  // on a processor, for tests
#include <cmath>
#include <cstring>
#define KERNEL extern "C" void
#define INLINE static inline
#define EACH(i, count) for (long long i = 0; i < (count); ++i)
INLINE float wide(unsigned short bits) {
    _Float16 half;
    std::memcpy(&half, &bits, 2);
    return half;
}
INLINE unsigned short narrow(float value) {
    _Float16 half = (_Float16)value;
    unsigned short bits;
    std::memcpy(&bits, &half, 2);
    return bits;
}
#endif

typedef unsigned short Half;

// Eight halves that are read and written at once.
struct alignas(16) Eight {
    unsigned int pairs[4];
};
struct alignas(16) Four {
    float x, y, z, w;
};

// What changes from one in-between to the next.
struct Pair {
    const Eight *a, *b;
    double t;
};

INLINE float part(const Eight &eight, int k) {
    return wide((Half)(eight.pairs[k / 2] >> (k % 2 * 16)));
}

INLINE void put(Eight &eight, int pair, float low, float high) {
    eight.pairs[pair] = (unsigned int)narrow(low) | (unsigned int)narrow(high) << 16;
}

INLINE int within(int value, int end) { return value < 0 ? 0 : value < end ? value : end - 1; }

INLINE float within(float value, float most) { return fminf(fmaxf(value, 0.0f), most); }

// Adds `weight` times the planes at a place between pixels; past the edge the edge goes on. A place that is no number
// is read at 0.
INLINE void sample(float *into, const Eight *planes, int height, int width, float x, float y, float weight, int channels) {
    x = within(x, (float)(width - 1));
    y = within(y, (float)(height - 1));
    const int left = (int)x, top = (int)y;
    const int right = within(left + 1, width), bottom = within(top + 1, height);
    const float across = x - left, down = y - top;
    const Eight corners[4] = {
        planes[(long long)top * width + left], planes[(long long)top * width + right],
        planes[(long long)bottom * width + left], planes[(long long)bottom * width + right]};
    const float shares[4] = {(1 - across) * (1 - down) * weight, across * (1 - down) * weight,
                             (1 - across) * down * weight, across * down * weight};
#pragma unroll
    for (int k = 0; k < channels; ++k)
#pragma unroll
        for (int corner = 0; corner < 4; ++corner) into[k] += shares[corner] * part(corners[corner], k);
}

// Channel `c` of pixel (y, x) of an answer of `columns` cells.
INLINE float answered(const Half *answer, const float *bias, int columns, int stride, int c, int y, int x) {
    const int channel = 4 * c + 2 * (y % 2) + x % 2;
    return wide(answer[((long long)(y / 2) * columns + x / 2) * stride + channel]) + bias[channel];
}

// `count` channels from `first` on, enlarged by `scale` (a power of two) to pixel (y, x), centres at one half.
INLINE void enlarged(float *into, const Half *answer, const float *bias, int height, int width, int stride, int first,
                     int count, int scale, int y, int x) {
    if (scale == 1) {
        for (int k = 0; k < count; ++k) into[k] += answered(answer, bias, width / 2, stride, first + k, y, x);
        return;
    }
    const float down = fmaxf((y + 0.5f) / scale - 0.5f, 0.0f), across = fmaxf((x + 0.5f) / scale - 0.5f, 0.0f);
    const int top = (int)down, left = (int)across;
    const int bottom = within(top + 1, height), right = within(left + 1, width);
    const float low = down - top, far = across - left;
    for (int k = 0; k < count; ++k) {
        const int c = first + k;
        into[k] += (1 - low) * ((1 - far) * answered(answer, bias, width / 2, stride, c, top, left) +
                                far * answered(answer, bias, width / 2, stride, c, top, right)) +
                   low * ((1 - far) * answered(answer, bias, width / 2, stride, c, bottom, left) +
                          far * answered(answer, bias, width / 2, stride, c, bottom, right));
    }
}

// frame (h, w, 3) u8 -> planes of a padded picture: its last row and column go on; no features yet.
KERNEL picture_planes(Eight *planes, const unsigned char *frame, int height, int width, int h, int w) {
    EACH(i, (long long)height * width) {
        const int y = within((int)(i / width), h), x = within((int)(i % width), w);
        const unsigned char *pixel = frame + 3 * ((long long)y * w + x);
        Eight made = {{0, 0, 0, 0}};
        put(made, 0, pixel[0], pixel[1]);
        put(made, 1, pixel[2], 0);
        planes[i] = made;
    }
}

// The features, (H, W, 8) f16 of which four count, and their bias -> their place in the planes.
KERNEL feature_planes(Eight *planes, const Eight *features, const float *bias, int height, int width) {
    EACH(i, (long long)height * width) {
        Eight made = planes[i];
        const Eight given = features[i];
        const float blue = part(made, 2);
        put(made, 1, blue, part(given, 0) + bias[0]);
        put(made, 2, part(given, 1) + bias[1], part(given, 2) + bias[2]);
        put(made, 3, part(given, 3) + bias[3], 0);
        planes[i] = made;
    }
}

// values (count, channels) f16, eight at a time: a bias is added, and what is below zero is made a fifth.
KERNEL bias_leaky(Eight *values, const float *bias, int channels, int count) {
    EACH(i, count) {
        Eight made = values[i];
        const int first = (int)(i % (channels / 8)) * 8;
#pragma unroll
        for (int k = 0; k < 4; ++k) {
            const float low = part(made, 2 * k) + bias[first + 2 * k];
            const float high = part(made, 2 * k + 1) + bias[first + 2 * k + 1];
            put(made, k, low > 0 ? low : 0.2f * low, high > 0 ? high : 0.2f * high);
        }
        values[i] = made;
    }
}

// What the first block reads: (h, w, 16) f16, both pictures' planes shrunk by `scale`, and the time.
KERNEL first_woven(Eight *woven, const Pair *pair, int height, int width, int scale) {
    const int rows = height / scale, columns = width / scale;
    EACH(i, (long long)rows * columns) {
        const int top = (int)(i / columns) * scale + scale / 2 - 1, left = (int)(i % columns) * scale + scale / 2 - 1;
        float sums[16] = {0};
        for (int k = 0; k < 4; ++k) {
            const long long place = (long long)(top + k / 2) * width + left + k % 2;
            const Eight a = pair->a[place], b = pair->b[place];
            for (int c = 0; c < 7; ++c) {
                sums[c] += 0.25f * part(a, c);
                sums[7 + c] += 0.25f * part(b, c);
            }
        }
        sums[14] = (float)pair->t;
        for (int k = 0; k < 2; ++k) {
            Eight made;
            for (int c = 0; c < 4; ++c) put(made, c, sums[8 * k + 2 * c], sums[8 * k + 2 * c + 1]);
            woven[2 * i + k] = made;
        }
    }
}

// flow = (flow, or nothing where `first`) + the flow of a block at `scale`.
KERNEL flow_added(Four *flow, const Half *answer, const float *bias, int height, int width, int stride, int scale,
                  int first) {
    EACH(i, (long long)height * width) {
        float sums[4] = {0, 0, 0, 0};
        enlarged(sums, answer, bias, height / scale, width / scale, stride, 0, 4, scale, (int)(i / width),
                 (int)(i % width));
        if (!first) {
            const Four before = flow[i];
            sums[0] += before.x;
            sums[1] += before.y;
            sums[2] += before.z;
            sums[3] += before.w;
        }
        flow[i] = Four{sums[0], sums[1], sums[2], sums[3]};
    }
}

// What a later block at `scale` reads: both pictures as the flow moves them, flow, time, and what the block before, at
// twice the scale, handed on. Shrinking reads the middle two by two pixels of each cell.
template <int scale>
INLINE void weave(Eight *woven, const Pair *pair, const Four *flow, const Half *answer, const float *bias, int height,
                  int width, int stride, long long i) {
    const int columns = width / scale, points = scale == 1 ? 1 : 4;
    const int row = (int)(i / columns), column = (int)(i % columns);
    const int top = scale == 1 ? row : row * scale + scale / 2 - 1;
    const int left = scale == 1 ? column : column * scale + scale / 2 - 1;
    float sums[32] = {0};
#pragma unroll
    for (int k = 0; k < points; ++k) {
        const int y = top + k / 2, x = left + k % 2;
        const Four moved = flow[(long long)y * width + x];
        const float weight = 1.0f / points;
        sample(sums, pair->a, height, width, x + moved.x, y + moved.y, weight, 7);
        sample(sums + 7, pair->b, height, width, x + moved.z, y + moved.w, weight, 7);
        sums[14] += weight * moved.x;
        sums[15] += weight * moved.y;
        sums[16] += weight * moved.z;
        sums[17] += weight * moved.w;
    }
    sums[18] = (float)pair->t;
    enlarged(sums + 19, answer, bias, height / scale / 2, width / scale / 2, stride, 4, 9, 2, row, column);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
        Eight made;
#pragma unroll
        for (int c = 0; c < 4; ++c) put(made, c, sums[8 * k + 2 * c], sums[8 * k + 2 * c + 1]);
        woven[4 * i + k] = made;
    }
}

KERNEL later_woven(Eight *woven, const Pair *pair, const Four *flow, const Half *answer, const float *bias, int height,
                   int width, int stride, int scale) {
    EACH(i, (long long)(height / scale) * (width / scale)) {
        if (scale == 1)
            weave<1>(woven, pair, flow, answer, bias, height, width, stride, i);
        else if (scale == 2)
            weave<2>(woven, pair, flow, answer, bias, height, width, stride, i);
        else if (scale == 4)
            weave<4>(woven, pair, flow, answer, bias, height, width, stride, i);
        else
            weave<8>(woven, pair, flow, answer, bias, height, width, stride, i);
    }
}

// The picture (h, w, 3) u8: both moved by the flow and by what the last block adds to it, mixed by its mask.
// `finite` becomes 0 where a number is none.
KERNEL blended(unsigned char *picture, unsigned char *finite, const Pair *pair, const Four *flow, const Half *answer,
               const float *bias, int height, int width, int stride, int h, int w) {
    EACH(i, (long long)h * w) {
        const int y = (int)(i / w), x = (int)(i % w);
        float last[5] = {0};
        enlarged(last, answer, bias, height, width, stride, 0, 5, 1, y, x);
        const Four moved = flow[(long long)y * width + x];
        const float places[4] = {x + (moved.x + last[0]), y + (moved.y + last[1]), x + (moved.z + last[2]),
                                 y + (moved.w + last[3])};
        const float mask = 1 / (1 + expf(-last[4]));
        float first[3] = {0}, second[3] = {0};
        sample(first, pair->a, height, width, places[0], places[1], 1, 3);
        sample(second, pair->b, height, width, places[2], places[3], 1, 3);
        const float whole = places[0] + places[1] + places[2] + places[3] + mask;
        if (!(fabsf(whole) < 1e30f)) *finite = 0;
        for (int c = 0; c < 3; ++c) {
            const float level = second[c] + (first[c] - second[c]) * mask;
            picture[3 * i + c] = (unsigned char)rintf(within(level, 255.0f));
        }
    }
}
