#!/usr/bin/env bash
# Appends one line (JSON) to $NAME.jsonl on the branch reconciler-audit, which shares no history with the others.
# It is written for every apply that ran, however it ended. Two trees may write at once, so a push is tried again.
#
# Later runs stand on these lines (base.sh). `applied`: the files of this commit are on the platform, with all dates up to
# `day`; of the daily run only if it left nothing and nobody waits for a merge. `settled`: all that was sent is confirmed.
set -euo pipefail
receipt="$RUNNER_TEMP/out/report/receipt.json" folder="$RUNNER_TEMP/audit" branch=reconciler-audit
if [ ! -f "$receipt" ]; then receipt=/dev/null; fi
approvers="$(gh api "repos/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/approvals" \
  --jq '[.[] | select(.state == "approved") | .user.login]' || echo '[]')"
read -r _ base _ <<<"$("$GITHUB_ACTION_PATH/.github/scripts/base.sh" applied)" || base=""
whole=true
if [ "$DO" = due ] && { [ "$CODE" != 0 ] || ! git diff --quiet "${base:-$GITHUB_SHA}" "$GITHUB_SHA" -- "$TREE"; }; then whole=false; fi
line="$(jq -c -n --slurpfile receipt "$receipt" --argjson approvers "$approvers" --argjson code "$CODE" --argjson whole "$whole" \
  --arg time "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --arg author "$(git log -1 --format='%an <%ae>' "$GITHUB_SHA")" '
  ($receipt[0] // {}) as $r | ($r != {} and $code <= 1 and $whole) as $applied | {
    time: $time, day: $r.day, do: $ENV.DO, tree: $ENV.TREE, commit: $ENV.GITHUB_SHA, author: $author, started_by: $ENV.GITHUB_ACTOR,
    approvers: $approvers, digest: ($r.digest // $ENV.EXPECT), jobs: [$r.jobs[]?.id], result: ($r.headline // "no report"), exit_code: $code,
    applied: $applied, settled: ($applied or ($ENV.DO == "due" and $code <= 1 and $r.well == true)), run: "\($ENV.GITHUB_SERVER_URL)/\($ENV.GITHUB_REPOSITORY)/actions/runs/\($ENV.GITHUB_RUN_ID)"
  }')"
remotely() { git -c credential.helper='!gh auth git-credential' "$@"; }
for attempt in 1 2 3 4 5; do
  rm -rf "$folder" && git worktree prune
  remotely fetch --quiet --prune origin '+refs/heads/*:refs/remotes/origin/*'
  if git rev-parse --quiet --verify "refs/remotes/origin/$branch" >/dev/null; then
    git worktree add --quiet --detach "$folder" "refs/remotes/origin/$branch"
  else
    git worktree add --quiet --detach --no-checkout "$folder" "$GITHUB_SHA"
    git -C "$folder" checkout --quiet --orphan "$branch-first-$attempt"
    git -C "$folder" read-tree --empty
  fi
  printf '%s\n' "$line" >>"$folder/$NAME.jsonl"
  git -C "$folder" add -- "$NAME.jsonl"
  git -C "$folder" -c user.name=reconciler -c user.email=reconciler@localhost commit --quiet --message "${DO^} of $GITHUB_SHA"
  if remotely -C "$folder" push --quiet origin "HEAD:refs/heads/$branch"; then exit 0; fi
done
echo "::error::The audit line could not be pushed to $branch. The report of this run holds the same facts."
exit 1
