# shellcheck shell=bash
# Set-up shared by bin/run and bin/test: Python, system packages, virtual environment. Sourced, never run.
# Everything is found by looking, so that a start on a machine that is ready costs a few hundredths of a second.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
LOCK=$ROOT/requirements.lock
PYTHON=$VENV/bin/python
PATH=$PATH:/usr/sbin:/sbin

# WeasyPrint opens these libraries when it makes a PDF.
readonly PDF_LIBRARIES=(libpango-1.0.so.0:libpango-1.0-0 libpangoft2-1.0.so.0:libpangoft2-1.0-0
    libharfbuzz-subset.so.0:libharfbuzz-subset0)

say() { printf '%s\n' "$@"; } # one line per argument
warn() { say "$@" >&2; }
die() {
    warn "$@"
    exit 1
}

# Python -------------------------------------------------------------------------------------------------

find_python() { # prints the first interpreter that is recent enough
    local name
    for name in python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# System packages ----------------------------------------------------------------------------------------

find_chromium() {
    if [[ -n ${CHROMIUM:-} ]]; then
        command -v "$CHROMIUM"
    else
        command -v chromium || command -v chromium-browser || command -v google-chrome
    fi
}

has_postgresql() {
    command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

has_dejavu() {
    [[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]] || fc-list 2>/dev/null | grep -q DejaVuSans
}

missing_pdf_packages() {
    local libraries pair
    if libraries=$(ldconfig -p 2>/dev/null); then
        for pair in "${PDF_LIBRARIES[@]}"; do
            [[ $libraries == *"${pair%%:*}"* ]] || say "${pair#*:}"
        done
    fi
    has_dejavu || say fonts-dejavu-core
}

missing_test_packages() {
    find_chromium >/dev/null || say chromium
    has_postgresql || say postgresql
}

# Installs the named packages; false when this account may not or the installation fails.
install_packages() {
    local as_root=()
    if [[ $(id -u) != 0 ]]; then
        if ! sudo -n true 2>/dev/null; then return 1; fi
        as_root=(sudo -n)
    fi
    command -v apt-get >/dev/null || return 1
    local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends)
    say "Installation des paquets du système : $*"
    # The lists may be absent or too old: renew them once, only when needed.
    "${install[@]}" "$@" >/dev/null 2>&1 && return
    "${as_root[@]}" apt-get update -qq >/dev/null 2>&1 || true
    "${install[@]}" "$@" >/dev/null
}

# Usage: need_packages required|optional WHY PACKAGE…
need_packages() {
    local strength=$1 why=$2
    shift 2
    if [[ $# -eq 0 ]] || install_packages "$@"; then return 0; fi
    warn "Il manque des paquets du système ($why) : $*"
    warn "Sur Debian ou Ubuntu, installez-les avec un compte administrateur : apt-get install $*"
    [[ $strength == optional ]] || exit 1
}

# Virtual environment ------------------------------------------------------------------------------------

# Lock and minor version of Python: when one of them changes, the packages are installed again.
venv_fingerprint() {
    sha256sum <"$LOCK" | cut -d' ' -f1
    "$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

venv_is_ready() {
    local fingerprint
    [[ -x $PYTHON && -f $VENV/.installed ]] && fingerprint=$(venv_fingerprint) && [[ $(<"$VENV/.installed") == "$fingerprint" ]]
}

create_venv() {
    local python
    if [[ -x $PYTHON ]] && "$PYTHON" -m pip --version >/dev/null 2>&1; then return 0; fi
    if ! python=$(find_python); then
        need_packages required "Python 3.11 ou plus récent" python3 python3-venv
        hash -r
        python=$(find_python) || die "Python 3.11 ou plus récent est nécessaire : installez-le, puis relancez la commande."
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        need_packages required "environnements virtuels de Python" python3-venv
    fi
    say "Création de l’environnement Python ($("$python" --version 2>&1))"
    rm -rf "$VENV"
    "$python" -m venv "$VENV" || die "La création de l’environnement Python a échoué (voir ci-dessus)."
}

install_venv() {
    create_venv
    rm -f "$VENV/.installed"
    say "Installation des paquets Python verrouillés : une à deux minutes la première fois"
    # Without dependencies: the lock holds them all, save those that are left out on purpose.
    "$PYTHON" -m pip install --quiet --no-input --disable-pip-version-check --no-deps --require-hashes \
        --requirement "$LOCK" ||
        die "L’installation des paquets Python a échoué (voir ci-dessus). Vérifiez l’accès au registre de paquets, puis relancez la commande."
    venv_fingerprint >"$VENV/.installed"
}

# A linked environment belongs to whoever made the link: it is used as it is, never changed.
use_linked_venv() {
    [[ -x $PYTHON ]] || die "$VENV est un lien vers un environnement Python inutilisable : réparez-le ou retirez ce lien."
    warn "$VENV est un lien : ses paquets peuvent différer de requirements.lock et ne sont pas mis à jour."
}

ensure_venv() {
    venv_is_ready && return
    if [[ -L $VENV ]]; then
        use_linked_venv
        return
    fi
    local lock_fd
    exec {lock_fd}<"$LOCK"
    # Two commands started together install once.
    if command -v flock >/dev/null; then flock "$lock_fd"; fi
    venv_is_ready || install_venv
    exec {lock_fd}<&-
}
