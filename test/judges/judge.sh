#!/usr/bin/env bash
# Has the templates judged by others. Where there is no Python for cfn-lint and checkov, cdk-nag judges alone, with a word.
set -euo pipefail
cd "$(dirname "$0")/../.."

status=0
test/ensure-venv.sh judges .venv-judges || status=$?
case $status in
  0) exec npx vitest run --project judges ;;
  3)
    echo "test:judges: cdk-nag judges alone" >&2
    exec npx vitest run --project judges test/judges/cdk-nag.test.ts
    ;;
  *) exit "$status" ;;
esac
