#!/usr/bin/env bash
# comment.sh NUMBER FILE: writes one comment and later rewrites it. It is found by the marker on its first line, and only
# among comments of GitHub's own bot: a person may write the same marker (41898282 is the id of github-actions[bot]).
set -euo pipefail
number="$1" file="$2"
# GitHub takes 65,536 characters. A longer report is cut between two lines; whole it is kept as an artifact.
rest="The rest stands in the artifacts of this run."
{ echo "$MARKER"; LC_ALL=C awk -v rest="$rest" '(n += length($0) + 1) > 60000 { print "\n" rest; exit } 1' "$file"; } >"$RUNNER_TEMP/body.md"
# jq reads $ENV.MARKER itself, so that nothing is pasted into its program.
query='.[] | select(.user.id == 41898282 and (.body | startswith($ENV.MARKER))) | .id'
found="$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$number/comments?per_page=100" --jq "$query" | sed -n 1p)"
if [ -n "$found" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$found" --field "body=@$RUNNER_TEMP/body.md"
else
  gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$number/comments" --field "body=@$RUNNER_TEMP/body.md"
fi
