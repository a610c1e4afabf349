#!/usr/bin/env bash
# setup.sh: Gradescope runs this once, when it makes the image: packages, and all of the lab that is
# not the students'. AUTOGRADER is another place than /autograder, to try it.
set -euo pipefail
cd "${AUTOGRADER:-/autograder}"
lab=$(cat source/lab)
if ! command -v make >/dev/null; then
	apt-get update -qq && apt-get install -y -qq --no-install-recommends make >/dev/null
fi
tar -xzf "source/$lab.tar.gz"
make -C "$lab" build/.doctor-demo+grade
make -C "$lab" -j"$(nproc)" LAB="$lab" lab-parts build/bin/tlgrade
