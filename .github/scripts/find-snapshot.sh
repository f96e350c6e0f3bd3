#!/usr/bin/env bash
# Downloads the newest snapshot to $RUNNER_TEMP/out/snapshot.json; without one there is no file and no failure.
# A run that a pull request started is never taken, even if its branch is called like the default one (in a fork it may be).
set -euo pipefail
query='.[] | select(.event == "push" or .event == "schedule" or .event == "workflow_dispatch") | .databaseId'
runs="$(gh run list --repo "$GITHUB_REPOSITORY" --branch "$BRANCH" --limit 50 --json databaseId,event --jq "$query")"
for run in $runs; do
  if gh run download "$run" --repo "$GITHUB_REPOSITORY" --name "snapshot-$NAME" --dir "$RUNNER_TEMP/out" 2>/dev/null; then
    echo "The snapshot of run $run."
    exit 0
  fi
done
echo "::notice::There is no snapshot yet. Run the workflow drift once on $BRANCH."
