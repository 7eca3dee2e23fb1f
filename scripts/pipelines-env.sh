#!/bin/sh
# Prints a PATH on which `check-jsonschema` and `npm-groovy-lint` are found: the schemas of GitHub and GitLab come with the
# first, in a virtual environment of its own below .venv, and a compiler of Groovy with the second, in ci/pipelines.
# Says on stderr what it does and fails when it cannot.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
wanted=check-jsonschema==0.39.0
tools="$root/.venv/pipelines"

if [ "$(cat "$tools/requirement.txt" 2>/dev/null)" != "$wanted" ]; then
  echo "pipelines: installing $wanted into .venv/pipelines" >&2
  python3 -m venv --clear "$tools" >&2
  "$tools/bin/python3" -m pip install --quiet "$wanted" >&2
  # Written last: half an installation is done again.
  echo "$wanted" >"$tools/requirement.txt"
fi
npm ci --silent --prefix "$root/ci/pipelines" >&2
echo "$tools/bin:$root/ci/pipelines/node_modules/.bin:$PATH"
