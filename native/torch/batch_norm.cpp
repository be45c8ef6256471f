// revisage::batch_norm_relu: batch normalisation by the batch's own statistics, with or without a ReLU behind it, for bfloat16
// maps that lie channels-last in a CPU's memory. Training waits for that memory: LibTorch's two operators and their gradients go
// over a map some fourteen times, these eight. What it is not made for, it leaves to LibTorch's own operators.

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#define INLINE inline __attribute__((always_inline))
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

namespace {

constexpr int64_t kLanes = 16;        // channels that are computed side by side
constexpr int64_t kRun = 128;         // pixels that are summed as floats, before their sum is added as a double
constexpr int64_t kChunk = 32 * kRun; // pixels of a task, whatever the number of threads, so that sums do not depend on it

using Bits = uint16_t;                // a bfloat16, the upper half of a float
using Halves = Bits __attribute__((vector_size(2 * kLanes), aligned(2)));
using Words = uint32_t __attribute__((vector_size(4 * kLanes)));
using Floats = float __attribute__((vector_size(4 * kLanes), aligned(4)));

INLINE Floats load(const float* from) { return *reinterpret_cast<const Floats*>(from); }

INLINE Floats widen(const Bits* from) {
  return reinterpret_cast<Floats>(__builtin_convertvector(*reinterpret_cast<const Halves*>(from), Words) << 16);
}

// To the nearest bfloat16, a tie to the even one.
INLINE void narrow(Floats value, Bits* to) {
  const Words bits = reinterpret_cast<Words>(value);
  *reinterpret_cast<Halves*>(to) = __builtin_convertvector((bits + 0x7fff + ((bits >> 16) & 1)) >> 16, Halves);
}

// What a map is multiplied by and what is added, per channel; then nothing below the floor stays.
struct Line {
  const float* slope;
  const float* offset;
  float floor;
};

// Adds to each channel's two sums what `terms` gives for its pixels.
template <class Terms>
INLINE void sum(int64_t pixels, int64_t channels, double* first, double* second, const Terms& terms) {
  for (int64_t from = 0; from < pixels; from += kRun) {
    const int64_t until = std::min(from + kRun, pixels);
    for (int64_t c = 0; c < channels; c += kLanes) {
      Floats a = {}, b = {};
      for (int64_t i = from; i < until; i++) terms.add(i * channels + c, c, a, b);
      for (int64_t lane = 0; lane < kLanes; lane++) {
        first[c + lane] += a[lane];
        second[c + lane] += b[lane];
      }
    }
  }
}

struct Moments {
  const Bits* x;
  const float* origin;
  INLINE void add(int64_t at, int64_t c, Floats& a, Floats& b) const {
    const Floats d = widen(x + at) - load(origin + c);
    a += d;
    b += d * d;
  }
};

// The gradient where the ReLU let the map through.
INLINE Floats passed(Floats x, const Bits* gradient, const Line& line, int64_t c) {
  return x * load(line.slope + c) + load(line.offset + c) > line.floor ? widen(gradient) : Floats{};
}

struct GradientMoments {
  const Bits* x;
  const Bits* gradient;
  Line line;
  const float* mean;
  INLINE void add(int64_t at, int64_t c, Floats& a, Floats& b) const {
    const Floats value = widen(x + at), g = passed(value, gradient + at, line, c);
    a += g;
    b += g * (value - load(mean + c));
  }
};

FOR_EACH_PROCESSOR void sum_moments(const Bits* x, const float* origin, int64_t pixels, int64_t channels, double* first, double* second) {
  sum(pixels, channels, first, second, Moments{x, origin});
}

FOR_EACH_PROCESSOR void sum_gradients(const Bits* x, const Bits* gradient, Line line, const float* mean, int64_t pixels, int64_t channels,
                                      double* first, double* second) {
  sum(pixels, channels, first, second, GradientMoments{x, gradient, line, mean});
}

FOR_EACH_PROCESSOR void normalise(const Bits* x, Line line, int64_t pixels, int64_t channels, Bits* y) {
  for (int64_t i = 0; i < pixels * channels; i += channels)
    for (int64_t c = 0; c < channels; c += kLanes) {
      const Floats value = widen(x + i + c) * load(line.slope + c) + load(line.offset + c);
      narrow(value < line.floor ? Floats{} + line.floor : value, y + i + c);
    }
}

// dx = slope g + by_x x + rest.
FOR_EACH_PROCESSOR void spread_gradients(const Bits* x, const Bits* gradient, Line line, const float* by_x, const float* rest, int64_t pixels,
                                         int64_t channels, Bits* dx) {
  for (int64_t i = 0; i < pixels * channels; i += channels)
    for (int64_t c = 0; c < channels; c += kLanes) {
      const Floats value = widen(x + i + c), g = passed(value, gradient + i + c, line, c);
      narrow(load(line.slope + c) * g + load(by_x + c) * value + load(rest + c), dx + i + c);
    }
}

// A map's pixels, of all its images in a row.
struct Extent {
  int64_t pixels, channels;
  explicit Extent(const at::Tensor& map) : pixels(map.size(0) * map.size(2) * map.size(3)), channels(map.size(1)) {}

  template <class Task>
  void each_chunk(const Task& task) const {
    at::parallel_for(0, (pixels + kChunk - 1) / kChunk, 1, [&](int64_t from, int64_t until) {
      for (int64_t chunk = from; chunk < until; chunk++) task(chunk, chunk * kChunk, std::min(kChunk, pixels - chunk * kChunk));
    });
  }

  // Two sums per channel over all pixels, chunk by chunk in order: [2, channels].
  template <class Task>
  std::vector<double> sums(const Task& task) const {
    const int64_t chunks = (pixels + kChunk - 1) / kChunk;
    std::vector<double> parts(chunks * 2 * channels);
    each_chunk([&](int64_t chunk, int64_t from, int64_t count) {
      double* part = parts.data() + chunk * 2 * channels;
      task(from, count, part, part + channels);
    });
    for (int64_t chunk = 1; chunk < chunks; chunk++)
      for (int64_t c = 0; c < 2 * channels; c++) parts[c] += parts[chunk * 2 * channels + c];
    parts.resize(2 * channels);
    return parts;
  }
};

Bits* bits(const at::Tensor& map) { return static_cast<Bits*>(map.data_ptr()); }

float* floats(const at::Tensor& tensor) { return static_cast<float*>(tensor.data_ptr()); }

bool is_plain(const at::Tensor& tensor) { return tensor.scalar_type() == at::kFloat && tensor.is_contiguous(); }

struct BatchNormRelu : torch::autograd::Function<BatchNormRelu> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift,
                            const at::Tensor& running_mean, const at::Tensor& running_variance, double momentum, double epsilon, bool relu) {
    const Extent extent(x);
    const int64_t pixels = extent.pixels, channels = extent.channels;
    // Numbers near one another are summed as their distances from the first.
    std::vector<float> origin(channels);
    for (int64_t c = 0; c < channels; c++) {
      const uint32_t word = static_cast<uint32_t>(bits(x)[c]) << 16;
      std::memcpy(&origin[c], &word, sizeof word);
    }

    const auto moments = extent.sums([&](int64_t from, int64_t count, double* first, double* second) {
      sum_moments(bits(x) + from * channels, origin.data(), count, channels, first, second);
    });
    // Rows: mean, 1 / deviation, slope, offset.
    auto line = at::empty({4, channels}, scale.options().requires_grad(false));
    float *mean = floats(line), *inverse = mean + channels, *slope = inverse + channels, *offset = slope + channels;
    for (int64_t c = 0; c < channels; c++) {
      const double distance = moments[c] / pixels, variance = std::max(0.0, moments[channels + c] / pixels - distance * distance);
      mean[c] = static_cast<float>(origin[c] + distance);
      inverse[c] = static_cast<float>(1 / std::sqrt(variance + epsilon));
      slope[c] = floats(scale)[c] * inverse[c];
      offset[c] = floats(shift)[c] - mean[c] * slope[c];
      floats(running_mean)[c] += static_cast<float>(momentum * (mean[c] - floats(running_mean)[c]));
      floats(running_variance)[c] += static_cast<float>(momentum * (variance * pixels / (pixels - 1) - floats(running_variance)[c]));
    }

    auto y = at::empty_like(x);
    const Line normalisation{slope, offset, relu ? 0 : -std::numeric_limits<float>::infinity()};
    extent.each_chunk([&](int64_t, int64_t from, int64_t count) {
      normalise(bits(x) + from * channels, normalisation, count, channels, bits(y) + from * channels);
    });
    context->save_for_backward({x, line});
    context->saved_data["relu"] = relu;
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &line = saved[1];
    const auto gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const Extent extent(x);
    const int64_t pixels = extent.pixels, channels = extent.channels;
    const float *mean = floats(line), *inverse = mean + channels, *slope = inverse + channels, *offset = slope + channels;
    const Line normalisation{slope, offset, context->saved_data["relu"].toBool() ? 0 : -std::numeric_limits<float>::infinity()};
    const auto moments = extent.sums([&](int64_t from, int64_t count, double* first, double* second) {
      sum_gradients(bits(x) + from * channels, bits(gradient) + from * channels, normalisation, mean, count, channels, first, second);
    });
    // With x' = (x - mean) / deviation: dx = slope (g - mean(g) - x' mean(g x')).
    auto by_scale = at::empty({channels}, line.options()), by_shift = at::empty({channels}, line.options());
    std::vector<float> by_x(channels), rest(channels);
    for (int64_t c = 0; c < channels; c++) {
      const double first = moments[c], second = moments[channels + c] * inverse[c];
      floats(by_shift)[c] = static_cast<float>(first);
      floats(by_scale)[c] = static_cast<float>(second);
      by_x[c] = static_cast<float>(-slope[c] * second / pixels * inverse[c]);
      rest[c] = static_cast<float>(-slope[c] * first / pixels - mean[c] * static_cast<double>(by_x[c]));
    }

    auto dx = at::empty_like(x);
    extent.each_chunk([&](int64_t, int64_t from, int64_t count) {
      spread_gradients(bits(x) + from * channels, bits(gradient) + from * channels, normalisation, by_x.data(), rest.data(), count, channels,
                       bits(dx) + from * channels);
    });
    return {dx, by_scale, by_shift, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

at::Tensor batch_norm_relu(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& shift, const at::Tensor& mean,
                           const at::Tensor& variance, bool training, double momentum, double epsilon, bool relu) {
  if (training && x.is_cpu() && x.scalar_type() == at::kBFloat16 && x.dim() == 4 && x.size(1) % kLanes == 0 && x.numel() > x.size(1) &&
      x.is_contiguous(at::MemoryFormat::ChannelsLast) && is_plain(scale) && is_plain(shift) && is_plain(mean) && is_plain(variance)) {
    return BatchNormRelu::apply(x, scale, shift, mean, variance, momentum, epsilon, relu);
  }

  auto y = at::batch_norm(x, scale, shift, mean, variance, training, momentum, epsilon, true);
  return relu ? at::relu(y) : y;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(revisage, library) {
  library.def("batch_norm_relu(Tensor x, Tensor scale, Tensor shift, Tensor(a!) mean, Tensor(b!) variance, bool training, float momentum, float epsilon, bool relu) -> Tensor", batch_norm_relu);
}
