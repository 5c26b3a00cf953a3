# shellcheck shell=sh
# Sourced by the scripts beside this folder, with $setup set to their folder.
#
# All the work is done in Python (setup/kit, standard library only). A bare Debian has
# no Python, so finding one, or installing it as root, is what is left for the shell.

fail() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

# Odoo 19 accepts Python 3.10 to 3.13.
is_usable_python() {
    [ -n "$1" ] && "$1" -c '
import sys
sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

# The system's Python comes first: Debian's packages are made for it, and a Python of a
# version manager may come and go with the folder one stands in.
find_python() {
    for python in "${FIELD_SERVICE_PYTHON:-}" /usr/bin/python3 python3 \
        python3.13 python3.12 python3.11 python3.10; do
        if is_usable_python "$python"; then
            return 0
        fi
    done
    return 1
}

install_python() {
    packages='python3 python3-venv'
    command -v apt-get >/dev/null ||
        fail 'Python 3.10 to 3.13 is needed and was not found.'
    # Whoever has to ask should have to ask once, so all that will be missing is named.
    [ "$(id -u)" = 0 ] || fail "These packages are missing: ask an administrator to \
run 'apt-get install $packages libmagic1 postgresql' (for the tests also chromium and \
wkhtmltopdf)."
    printf 'setup: installing %s\n' "$packages" >&2
    # shellcheck disable=SC2086 # a list of words
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
        --no-install-recommends $packages; } </dev/null >/dev/null 2>&1 ||
        fail "Installing '$packages' with apt-get failed: check network and disk."
    find_python || fail 'Python 3.10 to 3.13 is needed and was not found.'
}

run_kit() {
    find_python || install_python
    # -B: a checkout may be readable only, and stays as git made it.
    exec "$python" -B "$setup/main.py" "$@"
}
