"""Writes ../corners.jsonl.gz: corner cases recorded with PyTorch 2.15.0 on the CPU."""

import gzip
import pathlib

import dimensions
import elementwise
import initial
from record import left_out, lines

elementwise.cases()
dimensions.cases()
initial.cases()
path = pathlib.Path(__file__).parent.with_name("corners.jsonl.gz")
with path.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
    packed.write(("\n".join(lines) + "\n").encode())
for reason, count in left_out.items():
    print(f"left out {count}: {reason}")
print(len(lines), "cases,", path.stat().st_size, "bytes")
