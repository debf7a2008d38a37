# Shared by the scripts beside it. POSIX sh; the caller stands in the project's root folder.

say() { printf '%s\n' "$*" >&2; }

# The newest-known-to-work Python that can make virtual environments, or nothing.
find_python() {
    for p in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3; do
        command -v "$p" >/dev/null 2>&1 &&
            "$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && {
            command -v "$p"
            return 0
        }
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# Install Debian packages where we may; quietly fail where we may not.
apt_get() {
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root true || return 1
    say "Installing: $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null 2>&1 || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" \
        >/dev/null 2>&1
}

# venv main | venv dev: make .venv hold exactly what requirements/$1.txt says, only when that changed.
# The project itself is put on the path by a .pth file, so nothing is built and nothing is fetched twice.
venv() {
    [ ! -L .venv ] || return 0 # another checkout's: used as it is
    wanted="$1 $(cat requirements/main.txt "requirements/$1.txt" | sha256sum | cut -c1-64) $PWD"
    if [ -x .venv/bin/python ] && grep -qxF "$wanted" .venv/set-up 2>/dev/null; then
        return 0
    fi
    python=$(find_python) || { apt_get python3 python3-venv && python=$(find_python); } || {
        say "This needs Python 3.11 or newer with venv. Ask for it with: sudo apt-get install python3 python3-venv"
        exit 1
    }
    base="main $(cat requirements/main.txt requirements/main.txt | sha256sum | cut -c1-64) $PWD"
    if ! { [ "$1" = dev ] && [ -x .venv/bin/python ] && grep -qxF "$base" .venv/set-up 2>/dev/null; }; then
        say "Making .venv with $("$python" --version)"
        "$python" -m venv --clear .venv
    fi
    say "Installing requirements/$1.txt (each package is checked against its hash)"
    # The files name everything that is needed, so pip looks for nothing else: older ones would take
    # a package that is asked for with an extra in a newer version, which has no hash here.
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-input \
        --only-binary :all: --require-hashes --no-deps -r "requirements/$1.txt" || {
        say "The packages could not be installed. Check the network and run this again."
        exit 1
    }
    site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    printf '%s\n' "$PWD" > "$site/see-and-pay.pth"
    printf '#!%s\nfrom app.cli import main\n\nraise SystemExit(main())\n' "$PWD/.venv/bin/python" > .venv/bin/svd
    chmod +x .venv/bin/svd
    printf '%s\n%s\n' "$base" "$wanted" > .venv/set-up
}
