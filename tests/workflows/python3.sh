#!/bin/sh
# Stands for the machine's Python while the action installs itself: `python3 -I -m venv DIR` gives a DIR whose pip only
# says what it would install, and whose reconciler is the one under test.
set -e
[ "$1 $2 $3" = "-I -m venv" ] || exit 64
mkdir -p "$4/bin"
printf '#!/bin/sh\necho "pip $*" >>"$FAKE_GITHUB/pip.log"\n' >"$4/bin/pip"
printf '#!/bin/sh\nexec "%s" -P -m tests.workflows.product "$@"\n' "$REAL_PYTHON" >"$4/bin/reconciler"
chmod +x "$4/bin/pip" "$4/bin/reconciler"
