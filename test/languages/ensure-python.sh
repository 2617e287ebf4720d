#!/usr/bin/env bash
# Makes .venv with boto3, the AWS CLI and pynamodb_mate where it is missing or of other versions: what the tests in this
# folder need. Exits with 3 where there is no Python to make it with.
set -euo pipefail
cd "$(dirname "$0")/../.."

wanted=test/languages/requirements.txt
made=.venv/.made-from
if cmp -s "$wanted" "$made"; then exit 0; fi

python=${PYTHON:-python3}
if ! "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
  echo "test:languages: needs Python 3.9 or newer with venv and pip, and \`$python\` is none." >&2
  echo "Install it (Debian: apt-get install python3-venv), or name one: PYTHON=/path/to/python3 npm run test:languages" >&2
  exit 3
fi
echo "test:languages: installing into .venv: $(grep -v '^#' "$wanted" | paste -sd' ' -)" >&2
rm -rf .venv
"$python" -m venv .venv
if ! .venv/bin/pip install --quiet --disable-pip-version-check --requirement "$wanted"; then
  echo "test:languages: pip could not install $wanted (see above)" >&2
  exit 4
fi
cp "$wanted" "$made"
