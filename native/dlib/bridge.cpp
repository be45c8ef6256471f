// The bridge between C# and dlib: the frontal face detector (histograms of oriented gradients) and the predictor of
// 68 landmarks. No C++ exception crosses this border: every function returns 0, or 1 with the message in
// revisage_dlib_error(). A detector serves one thread at a time; a predictor any number.

#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_processing/shape_predictor.h>
#include <dlib/image_transforms.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

thread_local std::string last_error;

template <typename Work>
int guarded(Work work) {
  try {
    work();
    return 0;
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "an exception of unknown kind";
  }
  return 1;
}

// Somebody else's pixels: interleaved RGB, row by row.
struct View {
  const uint8_t* rgb;
  long width;
  long height;
};

[[maybe_unused]] long num_rows(const View& view) { return view.height; }
[[maybe_unused]] long num_columns(const View& view) { return view.width; }
[[maybe_unused]] const void* image_data(const View& view) { return view.rgb; }
[[maybe_unused]] long width_step(const View& view) { return 3 * view.width; }

// dlib::shape_predictor's file and its arithmetic (Kazemi and Sullivan, CVPR 2014). The class itself rounds the
// points to whole pixels, which is one percent of a face of 50.
struct Predictor {
  dlib::matrix<float, 0, 1> initial;
  std::vector<std::vector<dlib::impl::regression_tree>> forests;
  std::vector<std::vector<unsigned long>> anchors;
  std::vector<std::vector<dlib::vector<float, 2>>> deltas;

  explicit Predictor(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("it cannot be opened");
    int version = 0;
    dlib::deserialize(version, file);
    if (version != 1) throw std::runtime_error("it is no shape predictor of dlib");
    dlib::deserialize(initial, file);
    dlib::deserialize(forests, file);
    dlib::deserialize(anchors, file);
    dlib::deserialize(deltas, file);
    check();
  }

  // What the walk below relies on.
  void check() const {
    const auto levels = forests.size();
    bool good = initial.size() == 2 * 68 && anchors.size() == levels && deltas.size() == levels;
    for (size_t i = 0; good && i < levels; i++) {
      const auto features = deltas[i].size();
      good = anchors[i].size() == features && std::all_of(anchors[i].begin(), anchors[i].end(), [](auto a) { return a < 68; });
      for (const auto& tree : forests[i]) {
        good = good && tree.leaf_values.size() == tree.splits.size() + 1 && (tree.leaf_values.size() & tree.splits.size()) == 0;
        for (const auto& split : tree.splits) good = good && split.idx1 < features && split.idx2 < features;
        for (const auto& leaf : tree.leaf_values) good = good && leaf.size() == initial.size();
      }
    }
    if (!good) throw std::runtime_error("it does not hold a predictor of 68 points");
  }

  void find(const View& view, const dlib::rectangle& box, float* points) const {
    auto shape = initial;
    std::vector<float> features;
    unsigned long leaf = 0;
    for (size_t i = 0; i < forests.size(); i++) {
      dlib::impl::extract_feature_pixel_values(view, box, shape, initial, anchors[i], deltas[i], features);
      for (const auto& tree : forests[i]) shape += tree(features, leaf);
    }

    const auto to_picture = dlib::impl::unnormalizing_tform(box);
    for (unsigned long i = 0; i < 68; i++) {
      const dlib::vector<double, 2> point = to_picture(dlib::impl::location(shape, i));
      points[2 * i] = static_cast<float>(point.x());
      points[2 * i + 1] = static_cast<float>(point.y());
    }
  }
};

}  // namespace

namespace dlib {
template <>
struct image_traits<View> {
  typedef rgb_pixel pixel_type;
};
template <>
struct image_traits<const View> {
  typedef rgb_pixel pixel_type;
};
}  // namespace dlib

// In Detection/NativeDlib.cs likewise: edges in pixels, the right and lower one excluded.
struct Face {
  double left, top, right, bottom, score;
};

EXPORT const char* revisage_dlib_error() { return last_error.c_str(); }

EXPORT int revisage_dlib_detector(void** detector) {
  return guarded([&] {
    // Unpacking it takes longer than a copy.
    static const dlib::frontal_face_detector prototype = dlib::get_frontal_face_detector();
    *detector = new dlib::frontal_face_detector(prototype);
  });
}

EXPORT void revisage_dlib_release_detector(void* detector) { delete static_cast<dlib::frontal_face_detector*>(detector); }

// Writes the best `capacity` faces, best first, and in `count` how many that is. The picture is doubled in size
// `doublings` times first: the detector's window is 80 pixels.
EXPORT int revisage_dlib_detect(
    void* detector, const uint8_t* rgb, int32_t width, int32_t height, int32_t doublings, double threshold, Face* faces,
    int32_t capacity, int32_t* count) {
  return guarded([&] {
    auto& detect = *static_cast<dlib::frontal_face_detector*>(detector);
    std::vector<dlib::rect_detection> found;
    const View view{rgb, width, height};
    if (doublings == 0) {
      detect(view, found, threshold);
    } else {
      dlib::array2d<dlib::rgb_pixel> large;
      dlib::assign_image(large, view);
      for (int32_t i = 0; i < doublings; i++) dlib::pyramid_up(large);
      detect(large, found, threshold);
    }

    const dlib::pyramid_down<2> pyramid;
    *count = std::min<int32_t>(capacity, static_cast<int32_t>(found.size()));
    for (int32_t i = 0; i < *count; i++) {
      const auto box = pyramid.rect_down(dlib::drectangle(found[i].rect), doublings);
      faces[i] = {box.left(), box.top(), box.right() + 1, box.bottom() + 1, found[i].detection_confidence};
    }
  });
}

EXPORT int revisage_dlib_predictor(const char* path, void** predictor) {
  return guarded([&] { *predictor = new Predictor(path); });
}

EXPORT void revisage_dlib_release_predictor(void* predictor) { delete static_cast<Predictor*>(predictor); }

// Writes x and y of 68 points; the box has its last column and row inside, as dlib's.
EXPORT int revisage_dlib_landmarks(
    void* predictor, const uint8_t* rgb, int32_t width, int32_t height, int32_t left, int32_t top, int32_t right,
    int32_t bottom, float* points) {
  return guarded([&] {
    static_cast<Predictor*>(predictor)->find(View{rgb, width, height}, dlib::rectangle(left, top, right, bottom), points);
  });
}
