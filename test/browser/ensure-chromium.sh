#!/usr/bin/env bash
# Sees to it that there is a Chromium for the browser tests: the one that CHROMIUM names, an installed one, or Debian's.
set -euo pipefail

if [ -n "${CHROMIUM:-}" ]; then
  [ -x "$CHROMIUM" ] && exit 0
  echo "CHROMIUM names $CHROMIUM, which is not a program" >&2
  exit 1
fi
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done

echo "no Chromium found: installing Debian's package"
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
if ! command -v apt-get >/dev/null ||
  ! "${as_root[@]}" apt-get update -qq ||
  ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; then
  echo "Chromium cannot be installed here: install it yourself, or set CHROMIUM to the path of one" >&2
  exit 1
fi
