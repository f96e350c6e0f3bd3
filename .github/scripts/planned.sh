#!/usr/bin/env bash
# Lists, as a matrix, the trees that may be written, each with the digest of its live plan. A tree whose plan was refused,
# failed or was overtaken is not among them, so nobody is asked to approve it, and it holds up no other tree.
# The plans are artifacts of this very run, where only its own jobs can put anything.
set -euo pipefail
plans="$RUNNER_TEMP/plans"
mkdir -p "$plans"
gh run download "$GITHUB_RUN_ID" --repo "$GITHUB_REPOSITORY" --pattern 'live-plan-*' --dir "$plans" || true # none
good='select(.refusals == [] and (.digest | test("^[0-9a-f]{64}$"))) | .digest'
rows='[]'
while read -r row; do
  plan="$plans/live-plan-$(jq -r .name <<<"$row")/plan.json"
  if [ ! -f "$plan" ]; then continue; fi
  digest="$(jq -r "$good" "$plan")"
  if [ -n "$digest" ]; then rows="$(jq -c --argjson row "$row" --arg digest "$digest" '. + [$row + {digest: $digest}]' <<<"$rows")"; fi
done < <(jq -c '.include[]' <<<"$TREES")
{
  echo "matrix={\"include\":$rows}"
  echo "count=$(jq length <<<"$rows")"
} >>"$GITHUB_OUTPUT"
