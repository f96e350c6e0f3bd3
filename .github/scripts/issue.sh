#!/usr/bin/env bash
# Keeps one issue for what was changed in the portal: opens it, rewrites it, closes it when all is the same again.
# It is found by its marker among the open issues of GitHub's own bot (41898282 is the id of github-actions[bot]).
set -euo pipefail
out="$RUNNER_TEMP/out"
export MARKER="<!-- reconciler:drift $NAME -->"
{ echo "$MARKER"; cat "$out/drift.md"; } >"$out/issue.md"
title="$(jq -r .title "$out/drift.json")"
query='.[] | select(.user.id == 41898282 and ((.body // "") | startswith($ENV.MARKER))) | .number'
found="$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues?state=open&per_page=100" --jq "$query" | sed -n 1p)"
if [ -z "$found" ] && [ "$COUNT" = 0 ]; then exit 0; fi
if [ -z "$found" ]; then
  set -- --method POST "repos/$GITHUB_REPOSITORY/issues"
elif [ "$COUNT" = 0 ]; then
  set -- --method PATCH "repos/$GITHUB_REPOSITORY/issues/$found" --raw-field state=closed
else
  set -- --method PATCH "repos/$GITHUB_REPOSITORY/issues/$found"
fi
gh api --silent "$@" --raw-field "title=$title" --field "body=@$out/issue.md"
