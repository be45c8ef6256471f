// revisage::adam_, one step of Adam for one array, in one pass over its memory instead of eight.

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <torch/library.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3", "no-math-errno")))
#else
#define FOR_EACH_PROCESSOR
#endif

namespace {

struct Constants {
  float beta1, rest1, beta2, rest2, rate, root, epsilon;   // rest: 1 - beta
};

FOR_EACH_PROCESSOR void update(float* __restrict weight, const float* __restrict gradient, float* __restrict first, float* __restrict second,
                               int64_t count, Constants by) {
  for (int64_t i = 0; i < count; i++) {
    const float g = gradient[i];
    const float m = first[i] * by.beta1 + g * by.rest1;
    const float v = second[i] * by.beta2 + g * g * by.rest2;
    first[i] = m;
    second[i] = v;
    // Not std::sqrt: as a function of other options than this one's it would be called, number by number.
    weight[i] -= by.rate * m / (__builtin_sqrtf(v) * by.root + by.epsilon);
  }
}

// weight -= rate m / (root sqrt(v) + epsilon), after m and v have followed the gradient.
void adam(at::Tensor weight, const at::Tensor& gradient, at::Tensor first, at::Tensor second, double beta1, double beta2, double rate,
          double root, double epsilon) {
  const auto is_plain = [](const at::Tensor& tensor) { return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous(); };
  const auto slope = gradient.to(at::kFloat).contiguous();
  if (is_plain(weight) && is_plain(slope) && is_plain(first) && is_plain(second)) {
    const auto narrow = [](double value) { return static_cast<float>(value); };
    const Constants by{narrow(beta1), narrow(1 - beta1), narrow(beta2), narrow(1 - beta2), narrow(rate), narrow(root), narrow(epsilon)};
    auto *w = weight.data_ptr<float>(), *g = slope.data_ptr<float>(), *m = first.data_ptr<float>(), *v = second.data_ptr<float>();
    at::parallel_for(0, weight.numel(), 1 << 15, [&](int64_t from, int64_t until) { update(w + from, g + from, m + from, v + from, until - from, by); });
    return;
  }

  first.mul_(beta1).add_(slope, 1 - beta1);
  second.mul_(beta2).addcmul_(slope, slope, 1 - beta2);
  weight.addcdiv_(first, second.sqrt().mul_(root).add_(epsilon), -rate);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(revisage, library) {
  library.def("adam_(Tensor(a!) weight, Tensor gradient, Tensor(b!) first, Tensor(c!) second, float beta1, float beta2, float rate, float root, float epsilon) -> ()", adam);
}
