#!/usr/bin/env bash
# write-back.sh FILE: writes the result to every pull request that came with this run, also to those whose own run was
# overtaken by it; that of a daily run, which came with none, only to the summary. Without the FILE it writes what was said
# on standard error.
set -euo pipefail
out="$RUNNER_TEMP/out" result="$1"
if [ ! -f "$result" ]; then
  result="$out/result.md"
  touch "$out/said.txt"
  {
    echo "### Ended with $CODE, and there is no report"
    echo "The first lines of what it said:"
    echo
    # Indented by four, so that GitHub shows it as plain text, whatever it holds.
    sed -n '/^::/d; s/[[:cntrl:]]//g; /./s/^/    /p' "$out/said.txt" | sed -n 1,40p
  } >"$result"
fi
if [ ! -s "$GITHUB_STEP_SUMMARY" ]; then cat "$result" >>"$GITHUB_STEP_SUMMARY"; fi
if [ "$DO" = due ]; then exit 0; fi
read -r _ base _ <<<"$("$GITHUB_ACTION_PATH/.github/scripts/base.sh" applied)" || base=""
range="$GITHUB_SHA" limit=1
if [ -n "$base" ]; then range="$base..$GITHUB_SHA" limit=20; fi
{
  echo "$GITHUB_SHA"
  git rev-list --first-parent --max-count "$limit" "$range"
} | sort -u | while read -r commit; do
  gh api "repos/$GITHUB_REPOSITORY/commits/$commit/pulls" --jq '.[] | select(.merged_at != null) | .number'
done | sort -un | while read -r number; do
  "$GITHUB_ACTION_PATH/.github/scripts/comment.sh" "$number" "$result" </dev/null
done
