#!/usr/bin/env bash
# vulnerabilities.sh PIP-AUDIT PIP FILE...: looks up what is known against the packages of lock files. PIP belongs to a place
# where they are installed. pip-audit ends well also where it could look up nothing, so it fails as well unless exactly the
# installed packages were looked up.
set -euo pipefail
audit="$1" pip="$2" code=0
shift 2
files=()
for file in "$@"; do files+=(--requirement "$file"); done
names() { jq -r '"\(.name | ascii_downcase | gsub("[-_.]+"; "-"))==\(.version)"' | sort -u; }
report="$("$audit" --strict --disable-pip --progress-spinner off --format json "${files[@]}")" || code=$?
if [ -z "$report" ]; then
  echo "::error::pip-audit gave no answer; nothing is known about these packages."
  exit 1
fi
jq -r '.dependencies[] | . as $one | .vulns[]? | "::error::\($one.name) \($one.version): \(.id), repaired in \(.fix_versions | join(", "))"' <<<"$report"
audited="$(jq '.dependencies[] | select(.skip_reason == null)' <<<"$report" | names)"
installed="$("$pip" list --format json --exclude pip | jq '.[]' | names)"
if [ -z "$installed" ] || [ "$audited" != "$installed" ]; then
  echo "::error::Looked up $(grep -c . <<<"$audited") packages, but $(grep -c . <<<"$installed") are installed. What differs:"
  diff <(echo "$installed") <(echo "$audited") || true
  exit 1
fi
echo "Looked up all $(grep -c . <<<"$installed") packages."
exit "$code"
