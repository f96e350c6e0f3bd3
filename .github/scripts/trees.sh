#!/usr/bin/env bash
# Lists the trees of the repository as a matrix: one job a tree.
# A pull request may break the very settings by which a tree is found; then the trees of the branch before it count, so
# that each is still validated and answered.
set -euo pipefail
list() {
  "$GITHUB_ACTION_PATH/.github/scripts/quietly.sh" "$RUNNER_TEMP/reconciler/bin/reconciler" trees --json
}
if ! matrix="$(list)"; then
  if [ "$GITHUB_EVENT_NAME" != pull_request ]; then exit 1; fi
  git worktree add --quiet --detach "$RUNNER_TEMP/before" HEAD^1
  cd "$RUNNER_TEMP/before"
  matrix="$(list)"
fi
echo "matrix=$matrix" >>"$GITHUB_OUTPUT"
