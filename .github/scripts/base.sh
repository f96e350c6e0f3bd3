#!/usr/bin/env bash
# base.sh applied|settled: prints the options `--base COMMIT --base-day DAY`; nothing before the first apply.
#
# COMMIT is the last one that was applied whole. DAY is the last day whose dates are done: for a merge (applied) the day on
# which nothing waited, so that what still waits goes with it; for the daily run (settled) the day on which all that was
# sent is confirmed, so that it never takes back what somebody did in the portal since then.
set -euo pipefail
if git cat-file -e "refs/remotes/origin/reconciler-audit:$NAME.jsonl" 2>/dev/null; then
  git show "refs/remotes/origin/reconciler-audit:$NAME.jsonl" | jq -r -s --arg which "$1" '
    (map(select(.applied)) | last) as $base | (map(select(.[$which])) | last) as $done | select($base) |
    if ($base.commit | test("^[0-9a-f]{40,64}$")) and ($done.day | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
    then "--base \($base.commit) --base-day \($done.day)"
    else error("a line of the audit branch was not written by these workflows") end'
fi
