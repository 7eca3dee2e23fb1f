#!/bin/sh
# Prints a PATH on which `cdk`, `sam`, `ansible-playbook` and `sceptre` are found: the first of ci/cdk, the others in virtual
# environments below .venv. Ansible's collection amazon.aws is on PyPI within the package `ansible` alone, which is large: no
# more than the collection is taken out of it. Says on stderr what it does and fails when it cannot.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
folder="$root/test/interop/deployers"
tools="$root/.venv/deployers"
community=ansible==12.3.0

wanted=$(echo "$community" && cat "$folder/requirements.txt" "$folder/requirements-sceptre.txt")
if [ "$(cat "$tools/requirements.txt" 2>/dev/null)" != "$wanted" ]; then
  echo "deployers: installing sam, Ansible and Sceptre into .venv/deployers" >&2
  python3 -m venv --clear "$tools" >&2
  "$tools/bin/python3" -m pip install --quiet --no-compile -r "$folder/requirements.txt" >&2
  # Sceptre wants another jsonschema than sam does.
  python3 -m venv "$tools/sceptre" >&2
  "$tools/sceptre/bin/python3" -m pip install --quiet --no-compile -r "$folder/requirements-sceptre.txt" >&2
  ln -sf "$tools/sceptre/bin/sceptre" "$tools/bin/sceptre"
  "$tools/bin/python3" -m pip download --quiet --no-deps --dest "$tools/wheels" "$community" >&2
  "$tools/bin/python3" - "$tools" <<'PYTHON'
import glob, sys, sysconfig, zipfile

[wheel] = glob.glob(f"{sys.argv[1]}/wheels/*.whl")
with zipfile.ZipFile(wheel) as archive:
    wanted = [name for name in archive.namelist() if name.startswith("ansible_collections/amazon/aws/")]
    archive.extractall(sysconfig.get_path("purelib"), wanted)
PYTHON
  rm -r "$tools/wheels"
  # Written last: half an installation is done again.
  echo "$wanted" >"$tools/requirements.txt"
fi
npm ci --silent --prefix "$root/ci/cdk" >&2
echo "$tools/bin:$root/ci/cdk/node_modules/.bin:$PATH"
