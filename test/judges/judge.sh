#!/usr/bin/env bash
# Has the templates judged by others, after making .venv-judges with what that takes. Where there is no Python to make it
# with, cdk-nag judges alone, and the others are skipped with a word.
set -euo pipefail
cd "$(dirname "$0")/../.."

wanted=test/judges/requirements.txt
made=.venv-judges/.made-from
python=${PYTHON:-python3}
if ! cmp -s "$wanted" "$made"; then
  if ! "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
    echo "test:judges: cfn-lint and checkov are skipped: they need Python 3.9 or newer with venv and pip, and \`$python\` is none." >&2
    echo "Install it (Debian: apt-get install python3-venv), or name one: PYTHON=/path/to/python3 npm run test:judges" >&2
    exec npx vitest run --project judges test/judges/cdk-nag.test.ts
  fi
  echo "test:judges: installing into .venv-judges: $(grep -v '^#' "$wanted" | paste -sd' ' -)" >&2
  rm -rf .venv-judges
  "$python" -m venv .venv-judges
  if ! .venv-judges/bin/pip install --quiet --disable-pip-version-check --requirement "$wanted"; then
    echo "test:judges: pip could not install $wanted (see above)" >&2
    exit 4
  fi
  cp "$wanted" "$made"
fi
exec npx vitest run --project judges
