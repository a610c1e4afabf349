# browser.sh: what the tests of pages share: a browser, and axe-core, which finds what hinders people. Source it behind lib.sh.
skip() { tests=$((tests + 1)) && echo "ok $tests - $1 # SKIP $2"; }
browser=$(command -v chromium || true)
axe=build/axe/node_modules/axe-core/axe.min.js
# One fetches it, for all tests that run beside each other.
if command -v npm >/dev/null; then
	(mkdir -p build/axe && cd build/axe && exec 8>.lock && flock 8 && [ ! -f "${axe#build/axe/}" ] && timeout 120 npm install --silent --no-audit --no-fund --no-save axe-core@4.10.3) >"$tmp/npm" 2>&1
fi
