#!/usr/bin/env python3
"""Makes one C++ file that holds the files of a folder as bytes of the program.

  embed.py FOLDER OUT.cpp FUNCTION [--gzip]

The file defines `std::span<const tillbridge::http::StaticFile> FUNCTION()` (http/static_files.h): path below
the folder with a leading slash, content type, bytes, gzipped bytes where asked for and smaller, ETag. Names
with a hash in them ("assets/index-B3xY_z0a.js") never change their content.
"""
import gzip
import hashlib
import mimetypes
import pathlib
import re
import sys

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8",
         ".md": "text/markdown; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json",
         ".woff2": "font/woff2", ".webmanifest": "application/manifest+json"}
HASHED = re.compile(r"^/assets/.*-[A-Za-z0-9_-]{8}\.[a-z0-9]+$")


def content_type(path):
    return TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def blob(symbol, path):
    return f""".balign 16
{symbol}_begin:
.incbin \\"{path}\\"
{symbol}_end:
.byte 0
"""


def main():
    folder, out, function = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), sys.argv[3]
    packing = "--gzip" in sys.argv[4:]
    packed_folder = out.parent / (out.stem + ".gz.d")
    packed_folder.mkdir(parents=True, exist_ok=True)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not files:
        sys.exit(f"embed.py: there are no files in {folder}")
    assembly, externs, rows = [], [], []

    def view(symbol, path):
        assembly.append(blob(symbol, path))
        externs.append(f"extern const char {symbol}_begin[], {symbol}_end[];")
        return f"view({symbol}_begin, {symbol}_end)"

    for number, path in enumerate(files):
        content = path.read_bytes()
        name = "/" + path.relative_to(folder).as_posix()
        body = view(f"tb_{function}_{number}", path)
        packed = "{}"
        small = gzip.compress(content, 9, mtime=0) if packing else content
        if len(small) + 64 < len(content):
            target = packed_folder / f"{number}.gz"
            target.write_bytes(small)
            packed = view(f"tb_{function}_{number}_gz", target.resolve())
        etag = hashlib.sha256(content).hexdigest()[:16]
        immutable = "true" if HASHED.match(name) else "false"
        rows.append(f'      {{"{name}", "{content_type(path)}", {body}, {packed}, "{etag}", {immutable}}},')

    lines = "\n".join('"' + line.replace("\n", "\\n") + '\\n"' for part in assembly for line in part.splitlines())
    # The same content gives the same file: it is compiled again only when something changed.
    text = f"""#include <span>
#include <string_view>

#include "http/static_files.h"

__asm__(
".pushsection .rodata\\n"
{lines}
".popsection\\n");

extern "C" {{
{chr(10).join(externs)}
}}

namespace tillbridge {{

std::span<const http::StaticFile> {function}() {{
  const auto view = [](const char* begin, const char* end) {{
    return std::string_view(begin, static_cast<std::size_t>(end - begin));
  }};
  static const http::StaticFile files[] = {{
{chr(10).join(rows)}
  }};
  return files;
}}

}}  // namespace tillbridge
"""
    out.write_text(text)


main()
