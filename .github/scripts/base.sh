#!/usr/bin/env bash
# Prints the last applied commit of the audit branch; nothing before the first apply.
# Only runs whose jobs ended count ("applied" in the audit line): a refused or busy run changed nothing.
set -euo pipefail
if git cat-file -e "refs/remotes/origin/reconciler-audit:$NAME.jsonl" 2>/dev/null; then
  git show "refs/remotes/origin/reconciler-audit:$NAME.jsonl" | jq -r -s 'map(select(.applied)) | last // empty | .commit'
fi
