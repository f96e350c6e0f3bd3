#!/usr/bin/env bash
# Says whether the tree of this run is still the tree of the default branch, and fetches the audit branch on the way.
# A newer commit that leaves the tree alone does not overtake: no run of its own would send this tree.
set -euo pipefail
if [ "$GITHUB_REF" != "refs/heads/$BRANCH" ]; then
  echo "::error::Only $BRANCH may be applied. Merge first, or choose $BRANCH under \"Run workflow\"."
  exit 1
fi
git -c credential.helper='!gh auth git-credential' fetch --quiet --prune origin '+refs/heads/*:refs/remotes/origin/*'
tip="$(git rev-parse "refs/remotes/origin/$BRANCH")"
if git diff --quiet "$GITHUB_SHA" "$tip" -- "$TREE"; then
  echo "overtaken=false" >>"$GITHUB_OUTPUT"
  exit 0
fi
echo "overtaken=true" >>"$GITHUB_OUTPUT"
echo "::notice::Replaced by $tip, nothing sent."
echo "Replaced by $tip, nothing sent." >>"$GITHUB_STEP_SUMMARY"
