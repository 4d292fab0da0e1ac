#!/bin/sh
# Cài đặt từ đĩa / installs from the disc. sh install.sh --help
# It copies the program of this machine's kind to a private folder, since a disc may be mounted so that nothing runs from
# it, checks disc and kit, and hands over to "egovctl install". It writes nothing else, and uses no network.
set -eu
umask 077
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in en*) lang='en' ;; *) lang='vi' ;; esac
fingerprint='' root='' only='' ask_lang=''
number=$#
while [ "$number" -gt 0 ]; do # each argument goes to the end of the list again, but for ours
  argument=$1
  shift
  number=$((number - 1))
  case "$argument" in
    -h | --help) only=help; continue ;;
    --verify-only) only=verify; continue ;;
    --root-fingerprint=*) fingerprint=${argument#*=}; continue ;;
    --root=*) root=${argument#*=} ;;
    --lang=*) ask_lang=${argument#*=} ;;
    --root-fingerprint | --root | --lang)
      [ "$number" -gt 0 ] || { echo "$argument ?" >&2; exit 2; }
      value=$1
      shift
      number=$((number - 1))
      case "$argument" in
        --root-fingerprint) fingerprint=$value; continue ;;
        --root) root=$value ;;
        --lang) ask_lang=$value ;;
      esac
      set -- "$@" "$argument" "$value"
      continue
      ;;
  esac
  set -- "$@" "$argument"
done
case "$ask_lang" in vi | en) lang=$ask_lang ;; esac

say() { if [ "$lang" = vi ]; then printf '%s\n' "$1"; else printf '%s\n' "$2"; fi; }

# fail STATUS VIETNAMESE ENGLISH VIETNAMESE-CURE ENGLISH-CURE
fail() {
  say "$2" "$3" >&2
  say "  $4" "  $5" >&2
  exit "$1"
}

if [ "$only" = help ]; then
  say "Cài đặt từ đĩa này, không dùng mạng.

Cách dùng:
  sh install.sh                          hỏi dấu vân tay trong thư, rồi cài đặt
  sh install.sh --root-fingerprint SỐ --config instance.yaml
  sh install.sh --root-fingerprint SỐ --demo
  sh install.sh --verify-only            chỉ kiểm tra đĩa và kit, không ghi gì

Các lựa chọn khác được chuyển cho «egovctl install». Hướng dẫn: CÀI-ĐẶT.txt.
Mã kết thúc: như «egovctl install»; 2 đĩa thiếu tệp, 6 đĩa hay kit bị từ chối." \
    "Installs from this disc, without a network.

Usage:
  sh install.sh                          asks for the fingerprint in the letter, then installs
  sh install.sh --root-fingerprint NUMBER --config instance.yaml
  sh install.sh --root-fingerprint NUMBER --demo
  sh install.sh --verify-only            only checks disc and kit, writes nothing

Other options go to «egovctl install». The guide is INSTALL.txt.
Exit status: as «egovctl install»; 2 the disc lacks a file, 6 disc or kit refused."
  exit 0
fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) machine=linux-amd64 ;;
  Linux-aarch64) machine=linux-arm64 ;;
  *) fail 2 "Đĩa này không có chương trình cho loại máy $(uname -s) $(uname -m)." \
    "This disc has no program for a machine of the kind $(uname -s) $(uname -m)." \
    "Hãy dùng máy chủ Linux 64 bit (x86_64 hoặc aarch64)." "Use a Linux host of 64 bits (x86_64 or aarch64)." ;;
esac
program=egovctl-$machine
kit=''
for file in "$here"/*.kit; do
  [ -z "$kit" ] || fail 2 "Trên đĩa có nhiều hơn một kit." "There is more than one kit on the disc." \
    "Mỗi đĩa chỉ có một kit: hãy dùng đúng đĩa gốc." "A disc has one kit: use the original disc."
  kit=$file
done
for file in "$kit" "$here/$program" "$here/SHA256SUMS"; do
  [ -f "$file" ] || fail 2 "Đĩa thiếu tệp: ${file:-*.kit}." "The disc lacks a file: ${file:-*.kit}." \
    "Hãy chạy install.sh từ đĩa gốc, hoặc chép lại cả đĩa." "Run install.sh from the original disc, or copy the whole disc again."
done
command -v sha256sum >/dev/null || fail 2 "Máy này không có sha256sum." "This host has no sha256sum." \
  "Hãy cài gói coreutils của hệ điều hành." "Install the operating system's package coreutils."

# A noexec folder lets the copy be written and not be started, so each one is tried.
place=''
trap '[ -z "$place" ] || rm -rf "$place"' EXIT
trap 'exit 130' INT TERM HUP
for folder in "${TMPDIR:-/tmp}" /var/tmp /run /dev/shm "${HOME:-/root}"; do
  place=$(mktemp -d "$folder/egovctl-disc.XXXXXX" 2>/dev/null) || { place=''; continue; }
  if cp "$here/$program" "$place/egovctl" 2>/dev/null && chmod 700 "$place/egovctl" && printf '#!/bin/sh\n' >"$place/try" && chmod 700 "$place/try" && "$place/try" 2>/dev/null; then
    break
  fi
  rm -rf "$place"
  place=''
done
[ -n "$place" ] || fail 3 "Không có thư mục tạm nào đủ chỗ (60 MB) và cho phép chạy chương trình." \
  "No temporary folder has room (60 MB) and lets programs run." \
  "Hãy đặt TMPDIR là một thư mục như vậy rồi chạy lại." "Set TMPDIR to such a folder and run it again."

# What is going to run is the copy, so the copy is what is compared.
say "Kiểm tra các tệp trên đĩa ..." "Checking the files on the disc ..." >&2
want=$(sed -n "s/^\([0-9a-f]\{64\}\)  $program\$/\1/p" "$here/SHA256SUMS")
have=$(sha256sum <"$place/egovctl" | cut -c 1-64)
if [ "$want" != "$have" ] || ! (cd "$here" && sha256sum --quiet --strict -c SHA256SUMS >&2); then
  fail 6 "Có tệp trên đĩa khác với danh sách SHA256SUMS: đĩa hỏng hoặc đã bị sửa." \
    "A file on the disc differs from the list SHA256SUMS: the disc is damaged or was changed." \
    "Hãy chép lại từ đĩa gốc; nếu vẫn vậy, hãy xin đơn vị phát hành đĩa khác." "Copy it again from the original disc; if that does not help, ask the publisher for another one."
fi
say "SHA-256 của SHA256SUMS (phải đúng như số 1 trong thư):" "SHA-256 of SHA256SUMS (must be number 1 in the letter):" >&2
sha256sum <"$here/SHA256SUMS" | cut -c 1-64 | sed 's/..../& /g; s/^/  /; s/ $//' >&2

if [ -z "$fingerprint" ] && [ -t 0 ]; then
  say "Gõ dấu vân tay của gốc tin cậy (số 2 trong thư, 64 ký tự, có thể có dấu cách):" \
    "Type the fingerprint of the root (number 2 in the letter, 64 signs, spaces allowed):" >&2
  IFS= read -r fingerprint || fingerprint=''
fi

# An instance that is there trusts a root already: then its own decides, and none has to be typed.
[ -n "$ask_lang" ] || set -- "$@" --lang "$lang"
set -- install --kit "$kit" "$@"
[ -z "$fingerprint" ] || set -- "$@" --root-fingerprint "$fingerprint"
status=0
"$place/egovctl" kit verify "$kit" --lang "$lang" ${root:+--root "$root"} ${fingerprint:+--root-fingerprint "$fingerprint"} >&2 </dev/null || status=$?
if [ "$status" != 0 ] || [ "$only" = verify ]; then exit "$status"; fi
"$place/egovctl" "$@" || status=$?
exit "$status"
