#!/usr/bin/env bash
# Makes a virtual environment with what test/SUITE/requirements.txt lists, where it is missing or of other versions:
#   test/ensure-venv.sh SUITE FOLDER
# Exits with 3 where there is no Python to make it with, with 4 when pip fails.
set -euo pipefail
cd "$(dirname "$0")/.."

suite=$1
folder=$2
wanted=test/$suite/requirements.txt
made=$folder/.made-from
if cmp -s "$wanted" "$made"; then exit 0; fi

python=${PYTHON:-python3}
if ! "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
  echo "test:$suite: needs Python 3.9 or newer with venv and pip, and \`$python\` is none." >&2
  echo "Install it (Debian: apt-get install python3-venv), or name one: PYTHON=/path/to/python3 npm run test:$suite" >&2
  exit 3
fi
echo "test:$suite: installing into $folder: $(grep -v '^#' "$wanted" | paste -sd' ' -)" >&2
rm -rf "$folder"
"$python" -m venv "$folder"
if ! "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"; then
  echo "test:$suite: pip could not install $wanted (see above)" >&2
  exit 4
fi
cp "$wanted" "$made"
