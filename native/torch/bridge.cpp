// The bridge between C# and LibTorch. One entry point, revisage_call, reaches every ATen operator through
// LibTorch's boxed dispatcher, autograd included; around it only what the dispatcher does not offer:
// gradients, memory in and out, threads, seeds, devices. No C++ exception crosses this border: every
// function returns 0, or 1 with the message in revisage_error().
//
// Compiles against LibTorch 1.13 and 2.x; keep to API that both have.

#include <malloc.h>
#include <sys/mman.h>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/empty.h>
#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include <cstring>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

thread_local std::string last_error;

// The order is that of ValueKind in Revisage.Torch/Native.cs.
enum Kind : int32_t {
  Missing,     // take the schema's default
  None,
  TensorValue,  // p: TensorImpl*
  Int,
  Double,
  Bool,
  String,      // p: char*, count: bytes
  IntList,     // p: int64_t*, count
  DoubleList,  // p: double*, count
  TensorList,  // p: TensorImpl**, count; null stands for an absent tensor
};

struct Value {
  int32_t kind;
  int32_t count;
  union {
    int64_t i;
    double d;
    void* p;
  };
};

struct Operator {
  c10::OperatorHandle handle;
};

const char* kind_name(int32_t kind) {
  static const char* names[] = {"nothing", "None", "Tensor", "int", "float", "bool", "str", "int[]", "float[]", "Tensor[]"};
  return kind >= 0 && kind < 10 ? names[kind] : "unknown";
}

using TensorPointer = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;

// Borrows a handle: the caller keeps its own reference.
at::Tensor borrow(void* handle) {
  if (handle == nullptr) return at::Tensor();
  return at::Tensor(TensorPointer::unsafe_reclaim_from_nonowning(static_cast<c10::TensorImpl*>(handle)));
}

// Hands a reference over to the caller, who gives it back with revisage_release.
void* lend(at::Tensor tensor) {
  return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr;
}

[[noreturn]] void refuse(const c10::FunctionSchema& schema, const c10::Argument& argument, const Value& value) {
  std::ostringstream text;
  text << "argument '" << argument.name() << "' wants " << argument.type()->str() << ", but was given "
       << kind_name(value.kind) << " (" << schema << ")";
  throw std::runtime_error(text.str());
}

c10::IValue convert(const c10::FunctionSchema& schema, const c10::Argument& argument, const c10::TypePtr& type, const Value& value) {
  using c10::TypeKind;
  switch (type->kind()) {
    case TypeKind::OptionalType:
      if (value.kind == None) return c10::IValue();
      return convert(schema, argument, type->castRaw<c10::OptionalType>()->getElementType(), value);
    case TypeKind::TensorType:
      if (value.kind == TensorValue) return borrow(value.p);
      break;
    case TypeKind::NumberType:
      if (value.kind == Int) return value.i;
      if (value.kind == Double) return value.d;
      if (value.kind == Bool) return value.i != 0;
      break;
    case TypeKind::FloatType:
      if (value.kind == Double) return value.d;
      if (value.kind == Int) return static_cast<double>(value.i);
      break;
    case TypeKind::IntType:
    case TypeKind::SymIntType:
      if (value.kind == Int) return value.i;
      break;
    case TypeKind::BoolType:
      if (value.kind == Bool) return value.i != 0;
      break;
    case TypeKind::StringType:
      if (value.kind == String) return std::string(static_cast<const char*>(value.p), value.count);
      break;
    case TypeKind::DeviceObjType:
      if (value.kind == String) return c10::Device(std::string(static_cast<const char*>(value.p), value.count));
      break;
    case TypeKind::ListType: {
      auto element = type->castRaw<c10::ListType>()->getElementType();
      switch (element->kind()) {
        case TypeKind::IntType:
        case TypeKind::SymIntType:
          if (value.kind == IntList) {
            auto* from = static_cast<const int64_t*>(value.p);
            return c10::IValue(std::vector<int64_t>(from, from + value.count));
          }
          break;
        case TypeKind::FloatType:
          if (value.kind == DoubleList) {
            auto* from = static_cast<const double*>(value.p);
            return c10::IValue(std::vector<double>(from, from + value.count));
          }
          break;
        case TypeKind::BoolType:
          if (value.kind == IntList) {
            auto* from = static_cast<const int64_t*>(value.p);
            c10::List<bool> list;
            for (int32_t i = 0; i < value.count; i++) list.push_back(from[i] != 0);
            return list;
          }
          break;
        case TypeKind::TensorType:
          if (value.kind == TensorList) {
            c10::List<at::Tensor> list;
            for (int32_t i = 0; i < value.count; i++) list.push_back(borrow(static_cast<void**>(value.p)[i]));
            return list;
          }
          break;
        case TypeKind::OptionalType:
          if (value.kind == TensorList) {
            // Untyped, since the optional that LibTorch means here has changed between versions.
            c10::impl::GenericList list(element);
            for (int32_t i = 0; i < value.count; i++) {
              auto* handle = static_cast<void**>(value.p)[i];
              list.push_back(handle ? c10::IValue(borrow(handle)) : c10::IValue());
            }
            return c10::IValue(list);
          }
          break;
        default:
          break;
      }
      break;
    }
    default:
      break;
  }
  refuse(schema, argument, value);
}

void describe(std::ostream& text, const at::Tensor& tensor) {
  if (!tensor.defined()) {
    text << "none";
    return;
  }
  text << c10::toString(tensor.scalar_type()) << "[";
  for (int64_t i = 0; i < tensor.dim(); i++) text << (i ? "x" : "") << tensor.size(i);
  text << "]";
}

std::string describe_inputs(const Value* arguments, int32_t count) {
  std::ostringstream text;
  bool first = true;
  auto add = [&](void* handle) {
    text << (first ? "" : ", ");
    describe(text, borrow(handle));
    first = false;
  };
  for (int32_t i = 0; i < count; i++) {
    if (arguments[i].kind == TensorValue) add(arguments[i].p);
    if (arguments[i].kind == TensorList)
      for (int32_t k = 0; k < arguments[i].count; k++) add(static_cast<void**>(arguments[i].p)[k]);
  }
  return text.str();
}

template <class F>
int guarded(F&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error& e) {
    last_error = e.what_without_backtrace();
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "unknown C++ exception";
  }
  return 1;
}

std::vector<at::Tensor> borrow_all(void** handles, int32_t count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (int32_t i = 0; i < count; i++) tensors.push_back(borrow(handles[i]));
  return tensors;
}

at::Generator generator(const char* device) {
  return at::globalContext().defaultGenerator(c10::Device(std::string(device)));
}

// Buffers of megabytes come and go with every operator. By default glibc maps and unmaps each of them, and
// the page faults cost more than the arithmetic; kept on the heap they are reused. One arena, or every
// thread that frees would keep a heap of its own.
struct MallocTuning {
  MallocTuning() {
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 64 << 20);
    AdviseHugePages();
  }

  // Large maps fill many pages of 4 KiB; of 2 MiB they need fewer look-ups. The heap grows once, in addresses alone, by what
  // is just not given back when it is freed.
  static void AdviseHugePages() {
    constexpr size_t size = 900 << 20, huge = 2 << 20;
    void* place = malloc(size);
    if (!place) return;
    const auto first = (reinterpret_cast<uintptr_t>(place) + huge - 1) / huge * huge;
    madvise(reinterpret_cast<void*>(first), size - huge, MADV_HUGEPAGE);
    free(place);
  }
} malloc_tuning;

}  // namespace

EXPORT const char* revisage_error() { return last_error.c_str(); }

EXPORT const char* revisage_torch_version() { return TORCH_VERSION; }

EXPORT int revisage_operator(const char* name, const char* overload, void** out) {
  return guarded([&] {
    *out = new Operator{c10::Dispatcher::singleton().findSchemaOrThrow(name, overload)};
  });
}

// Calls an operator. Arguments beyond `count`, and those of kind Missing, take the schema's defaults.
// Results: tensors (each a new reference), ints, floats and bools; a list of tensors is spread out.
EXPORT int revisage_call(void* op, const Value* arguments, int32_t count, Value* results, int32_t capacity, int32_t* result_count) {
  auto& handle = static_cast<Operator*>(op)->handle;
  int status = guarded([&] {
    const auto& schema = handle.schema();
    const auto& declared = schema.arguments();
    if (static_cast<size_t>(count) > declared.size())
      throw std::runtime_error("takes " + std::to_string(declared.size()) + " arguments, but was given " + std::to_string(count));
    torch::jit::Stack stack;
    stack.reserve(declared.size());
    for (size_t i = 0; i < declared.size(); i++) {
      if (static_cast<int32_t>(i) < count && arguments[i].kind != Missing) {
        stack.push_back(convert(schema, declared[i], declared[i].type(), arguments[i]));
      } else if (declared[i].default_value()) {
        stack.push_back(*declared[i].default_value());
      } else {
        throw std::runtime_error("argument '" + declared[i].name() + "' has no default and was not given");
      }
    }
    handle.callBoxed(&stack);
    int32_t n = 0;
    auto put = [&](Value value) {
      if (n == capacity) throw std::runtime_error("returned more results than there is room for");
      results[n++] = value;
    };
    auto put_tensor = [&](at::Tensor tensor) {
      Value value{TensorValue, 0, {}};
      value.p = lend(std::move(tensor));
      put(value);
    };
    for (auto& result : stack) {
      if (result.isTensor()) {
        put_tensor(std::move(result).toTensor());
      } else if (result.isTensorList()) {
        for (const at::Tensor& tensor : result.toTensorVector()) put_tensor(tensor);
      } else if (result.isInt()) {
        Value value{Int, 0, {}};
        value.i = result.toInt();
        put(value);
      } else if (result.isDouble()) {
        Value value{Double, 0, {}};
        value.d = result.toDouble();
        put(value);
      } else if (result.isBool()) {
        Value value{Bool, 0, {}};
        value.i = result.toBool();
        put(value);
      } else {
        throw std::runtime_error("returned a " + result.tagKind() + ", which the bridge does not carry");
      }
    }
    *result_count = n;
  });
  if (status) {
    auto message = handle.operator_name().name + ": " + last_error;
    guarded([&] { message += " Inputs: " + describe_inputs(arguments, count) + "."; });
    last_error = message;
  }
  return status;
}

EXPORT void revisage_release(void* tensor) {
  if (tensor) TensorPointer::reclaim(static_cast<c10::TensorImpl*>(tensor));
}

// A new CPU tensor of the given ScalarType with a copy of `data` (all of it, row-major).
EXPORT int revisage_tensor(const void* data, const int64_t* sizes, int32_t dims, int32_t dtype, void** out) {
  return guarded([&] {
    auto tensor = at::empty(at::IntArrayRef(sizes, dims), at::TensorOptions().dtype(static_cast<c10::ScalarType>(dtype)));
    std::memcpy(tensor.data_ptr(), data, tensor.nbytes());
    *out = lend(std::move(tensor));
  });
}

// Copies a tensor's values out, row-major, from whatever device, layout and strides it has.
EXPORT int revisage_read(void* tensor, void* data, int64_t bytes) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    auto plain = borrow(tensor).detach().to(c10::kCPU).contiguous();
    if (static_cast<int64_t>(plain.nbytes()) != bytes)
      throw std::runtime_error("tensor holds " + std::to_string(plain.nbytes()) + " bytes, but " + std::to_string(bytes) + " were asked for");
    std::memcpy(data, plain.data_ptr(), bytes);
  });
}

struct Description {
  int32_t dims;
  int32_t dtype;
  int32_t requires_grad;
  int32_t is_cuda;
  int64_t sizes[8];
};

EXPORT int revisage_describe(void* handle, Description* out) {
  return guarded([&] {
    auto tensor = borrow(handle);
    if (tensor.dim() > 8) throw std::runtime_error("tensors of more than 8 dimensions are not supported");
    out->dims = static_cast<int32_t>(tensor.dim());
    out->dtype = static_cast<int32_t>(tensor.scalar_type());
    out->requires_grad = tensor.requires_grad();
    out->is_cuda = tensor.is_cuda();
    for (int64_t i = 0; i < tensor.dim(); i++) out->sizes[i] = tensor.size(i);
  });
}

EXPORT int revisage_require_grad(void* tensor, int32_t required) {
  return guarded([&] { borrow(tensor).set_requires_grad(required != 0); });
}

EXPORT int32_t revisage_grad_mode(int32_t enabled) {
  bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(enabled != 0);
  return before;
}

// d(outputs)/d(inputs); seeds may be null for ones. Unused inputs give null where allowed.
EXPORT int revisage_gradients(void** outputs, void** seeds, int32_t output_count, void** inputs, int32_t input_count,
                              int32_t retain_graph, int32_t create_graph, int32_t allow_unused, void** results) {
  return guarded([&] {
    std::vector<at::Tensor> seed_tensors;
    if (seeds) seed_tensors = borrow_all(seeds, output_count);
    auto gradients = torch::autograd::grad(borrow_all(outputs, output_count), borrow_all(inputs, input_count), seed_tensors,
                                           retain_graph != 0, create_graph != 0, allow_unused != 0);
    for (int32_t i = 0; i < input_count; i++) results[i] = lend(std::move(gradients[i]));
  });
}

EXPORT int32_t revisage_threads() { return at::get_num_threads(); }

EXPORT int revisage_set_threads(int32_t count) {
  return guarded([&] { at::set_num_threads(count); });
}

// Bit-for-bit repeatability where an operator offers a choice.
EXPORT int revisage_deterministic(int32_t enabled) {
  return guarded([&] { at::globalContext().setDeterministicAlgorithms(enabled != 0, /*warn_only=*/true); });
}

EXPORT int revisage_seed(uint64_t seed, const char* device) {
  return guarded([&] {
    auto source = generator(device);
    std::lock_guard<std::mutex> lock(source.mutex());
    source.set_current_seed(seed);
  });
}

EXPORT int revisage_random_state(const char* device, void** out) {
  return guarded([&] {
    auto source = generator(device);
    std::lock_guard<std::mutex> lock(source.mutex());
    *out = lend(source.get_state());
  });
}

EXPORT int revisage_set_random_state(const char* device, void* state) {
  return guarded([&] {
    auto source = generator(device);
    std::lock_guard<std::mutex> lock(source.mutex());
    source.set_state(borrow(state));
  });
}

EXPORT int32_t revisage_has_cuda() { return at::hasCUDA(); }

// What this build computes with: threading, BLAS, oneDNN and SIMD level.
EXPORT const char* revisage_build() {
  static std::string text = at::get_parallel_info();
  return text.c_str();
}
