// SPDX-License-Identifier: Apache-2.0
// A picture's bytes under a name, complete or absent.
#include "host/io/png.hpp"

#include "host/io/output_file.hpp"
#include "host/io/picture_bytes.hpp"

namespace groundshift {

void write_png(const std::filesystem::path& path, const RgbImage& image) { write_text_file(path, png_bytes(image)); }

}  // namespace groundshift
