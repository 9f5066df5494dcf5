/**
 * recover.sh: POSIX sh with tar, zstd, awk, sha256sum and what every system has to copy files;
 * age for encrypted snapshots. `$\{` is the shell's own; a template would take it for its own.
 */
export const recoverScript = String.raw`#!/bin/sh
# Restores snapshots of this repository without Odin Sentinel.
#
#   sh recover.sh                               lists the snapshots
#   sh recover.sh SNAPSHOT                      lists its parts
#   sh recover.sh SNAPSHOT DIRECTORY [PART]     restores all of them, or one, into a new directory
#
# SNAPSHOT is a name under snapshots/, the end of one, or "latest". What is encrypted needs age,
# and AGE_IDENTITY=FILE, the file with the key. Owners are restored by root alone.
#
# Ends with 0 when everything was restored, 1 when something is damaged (it is named, and the
# rest is restored), 2 when nothing was begun.
set -u
LC_ALL=C
export LC_ALL
umask 077
repository=$(cd "$(dirname "$0")" && pwd) || exit 2
tab=$(printf '\t')
lost=0
restored=0

fail() {
  printf '%s\n' "$*" >&2
  exit 2
}

damaged() {
  printf 'DAMAGED %s\n' "$*" >&2
  lost=$((lost + 1))
}

for tool in tar zstd awk sha256sum find; do
  command -v "$tool" >/dev/null 2>&1 || fail "$tool is needed, and is not installed."
done

if [ $# -eq 0 ]; then
  for path in "$repository"/snapshots/*/; do
    [ -d "$path" ] && basename "$path"
  done
  exit 0
fi

snapshot=
matches=0
wanted=$(printf '%s' "$1" | tr 'A-Z' 'a-z')
for path in "$repository"/snapshots/*/; do
  [ -d "$path" ] || continue
  name=$(basename "$path")
  case $wanted in
    latest) matches=1 snapshot=$name ;;
    *)
      case $(printf '%s' "$name" | tr 'A-Z' 'a-z') in
        *"$wanted") matches=$((matches + 1)) snapshot=$name ;;
      esac
      ;;
  esac
done
[ "$matches" -gt 0 ] || fail "No snapshot is called $1; without arguments they are listed."
[ "$matches" -eq 1 ] || fail "$matches snapshots end in $1; give more of the name."
papers=$repository/snapshots/$snapshot

if [ $# -eq 1 ]; then
  stage=$(mktemp -d) || exit 2
else
  mkdir -p -- "$2" || exit 2
  to=$(cd -- "$2" && pwd) || exit 2
  [ -z "$(ls -A "$to")" ] || fail "$to is not empty, and nothing is overwritten."
  stage=$to/.recover-$$
  mkdir "$stage" || exit 2
fi
tidy() {
  chmod -R u+rwx "$stage" 2>/dev/null
  rm -rf "$stage"
}
trap tidy EXIT
trap 'exit 2' HUP INT TERM

[ -f "$papers/META.sha256" ] || damaged "META.sha256 of $snapshot: it is missing"
(cd "$papers" && sha256sum -c META.sha256 2>/dev/null) | awk '!/: OK$/' >"$stage/papers"
while IFS= read -r line; do
  damaged "$line (a paper of $snapshot)"
done <"$stage/papers"

unseal() {
  command -v age >/dev/null 2>&1 || fail "$snapshot is encrypted: age is needed, and is not installed."
  [ -n "$\{AGE_IDENTITY:-}" ] || fail "$snapshot is encrypted: set AGE_IDENTITY to the file with its key."
  age -d -i "$AGE_IDENTITY" "$1"
}

# What comes before the damage of a list is as good as it was.
ending=tar.zst
unpack_list() {
  packed=$papers/$1.zst
  if [ -f "$packed.age" ]; then
    ending=tar.zst.age
    unseal "$packed.age" >"$stage/packed" || fail "$1 of $snapshot cannot be decrypted."
    packed=$stage/packed
  fi
  [ -f "$packed" ] || return 0
  zstd -dcq <"$packed" || damaged "$1.zst of $snapshot: it does not unpack to its end"
}
# Half a line would be a name, a link or a checksum that nobody has written.
drop_half_line() {
  [ -n "$(tail -c 1 "$stage/$1")" ] || return 0
  damaged "$2 of $snapshot: its last line is cut off"
  sed '$d' "$stage/$1" >"$stage/ended" && mv "$stage/ended" "$stage/$1"
}
unpack_list FILES.tsv >"$stage/list"
drop_half_line list FILES.tsv
[ -s "$stage/list" ] || fail "The list of files of $snapshot cannot be read."

# Columns of the list: 1 size, 2 pack, 3 member, 4 component, 5 path, 6 type, 7 mode, 8 uid, 9 gid,
# 10 mtime, 11 link.
if [ $# -eq 1 ]; then
  awk -F '\t' 'NR > 1 && $6 == "file" { files[$4]++; bytes[$4] += $1 }
    END { for (part in files) printf "%s\t%d files\t%.0f bytes\n", part, files[part], bytes[part] }' "$stage/list"
  [ "$lost" -eq 0 ] || exit 1
  exit 0
fi

# The checksum is put before them, and the directory of the component comes last, as the 13th.
# A line that nobody of us has written is told by its number: all below trust what is in the others.
unpack_list SHA256SUMS >"$stage/checksums"
drop_half_line checksums SHA256SUMS
part=$\{3:-}
awk -F '\t' -v part="$part" '
  function makes_no_sense() {
    return NF != 11 || /(^|\t)(\t|$)/ || $7 $8 $9 !~ /^[0-9]+$/ || $10 !~ /^-?[0-9.]+$/ ||
      ($6 == "file" && ("/" $3 "/") ~ /\/(\.\.?)?\//)
  }
  step == 1 {
    sub(/^\\/, "")
    checksums[++count] = substr($0, 1, 64)
    next
  }
  FNR > 1 {
    checksum = "-"
    if ($6 == "file") {
      checksum = ++at <= count ? checksums[at] : ""
      if (length(checksum) != 64 || checksum ~ /[^0-9a-f]/) checksum = "unknown"
    }
    if (makes_no_sense()) {
      print "?\t" FNR
      next
    }
    directory = $4
    gsub(":", "=", directory)
    gsub("/", "+", directory)
    if (part == "" || part == $4 || part == directory) print checksum "\t" $0 "\t" directory
  }' step=1 "$stage/checksums" step=2 "$stage/list" >"$stage/files"
[ -s "$stage/files" ] || fail "There is no part $part in $snapshot."
awk -F '\t' '$1 == "?" { print $2 }' "$stage/files" >"$stage/senseless"
while read -r line; do
  damaged "line $line of FILES.tsv of $snapshot: it makes no sense"
done <"$stage/senseless"

# Sets place, or says no. No part begins with a dot, as what is made here for the time being does.
place_of() {
  case $1 in
    '' | .* | */*)
      damaged "$1/$2: it leads out of $to"
      return 1
      ;;
  esac
  case $2 in
    *\\*)
      decoded=$(printf '%bx' "$2")
      decoded=$\{decoded%x}
      ;;
    *) decoded=$2 ;;
  esac
  case /$decoded/ in
    */../* | //*)
      damaged "$1/$2: it leads out of $to"
      return 1
      ;;
  esac
  place=$to/$1
  [ "$decoded" = . ] || place=$place/$decoded
}

# A link above it would lead somewhere else.
is_inside() {
  above=$\{place%/*}
  while [ "$\{#above}" -gt "$\{#to}" ]; do
    if [ -L "$above" ]; then
      damaged "$1: it leads out of $to"
      return 1
    fi
    above=$\{above%/*}
  done
}

is_free() {
  is_inside "$1" || return 1
  if [ -e "$place" ] || [ -L "$place" ]; then
    damaged "$1: something else is in its place"
    return 1
  fi
  [ -d "$\{place%/*}" ] || mkdir -p "$\{place%/*}"
}

owners=no
[ "$(id -u)" = 0 ] && owners=yes

# Giving a file away takes setuid off, so that the mode comes after the owner: and never where that
# could not be given, or it would be a setuid of root.
dress() {
  dressed=yes
  { [ "$owners" = no ] || chown "$2:$3" "$place"; } && chmod "$1" "$place" || dressed=no
  touch -d "@$4" "$place" 2>/dev/null || touch -d "@$\{4%.*}" "$place" || dressed=no
  [ "$dressed" = yes ] || damaged "$5: its mode, owner or time"
}

awk -F '\t' '$7 == "directory"' "$stage/files" >"$stage/directories"
while IFS=$tab read -r _ _ _ _ component path _ mode uid gid mtime _ directory; do
  place_of "$directory" "$path" || continue
  mkdir -p "$place" || damaged "$component/$path: it cannot be made"
done <"$stage/directories"

unpack() {
  case $1 in
    *.age) unseal "$1" | zstd -dcq ;;
    *) zstd -dcq <"$1" ;;
  esac
}

awk -F '\t' '$7 == "file" && !seen[$3]++ { print $3 }' "$stage/files" >"$stage/packs"
while IFS= read -r pack; do
  file=$repository/packs/$(printf '%.2s' "$pack")/$pack.$ending
  mkdir "$stage/members"
  awk -F '\t' -v pack="$pack" '$3 == pack && !seen[$4]++ { print $1 "  " $4 }' \
    "$stage/files" >"$stage/sums"
  : >"$stage/good"
  if [ -f "$file" ]; then
    sound=yes
    [ "$(sha256sum <"$file" | awk '{ print $1 }')" = "$pack" ] || sound=no
    [ "$sound" = yes ] || damaged "pack $pack"
    unpack "$file" 2>/dev/null | tar -xf - -o -C "$stage/members" 2>/dev/null
    # Packs have neither links nor devices: through one that has, files of this system would be
    # moved away or given away. A hard link has its other name somewhere else.
    find "$stage/members" -type d ! -perm -700 -exec chmod u+rwx {} \; -o \
      ! -type d \( ! -type f -o -links +1 \) -exec rm -f {} + || {
      rm -rf "$stage/members"
      mkdir "$stage/members"
    }
    chmod -R u+rwX,ug-s "$stage/members"
    (cd "$stage/members" && sha256sum -c "$stage/sums" 2>/dev/null) |
      awk 'sub(/: OK$/, "")' >"$stage/good"
    # A pack with the right name holds what it was given, also where a checksum has been lost.
    [ "$sound" = no ] || awk 'sub(/^unknown  /, "")' "$stage/sums" >>"$stage/good"
  else
    damaged "pack $pack: it is missing"
  fi
  # A member that several files are the same as is copied to all of them but the last.
  awk -F '\t' -v pack="$pack" '
    step == 1 { good[$0] = 1 }
    step == 2 && $3 == pack { uses[$4]++ }
    step == 3 && $3 == pack {
      how = !($4 in good) ? "lost" : --uses[$4] > 0 ? "copy" : "move"
      print how "\t" $0
    }' step=1 "$stage/good" step=2 "$stage/files" step=3 "$stage/files" >"$stage/work"
  while IFS=$tab read -r how _ _ _ member component path _ mode uid gid mtime _ directory; do
    if [ "$how" = lost ] || [ ! -f "$stage/members/$member" ]; then
      damaged "$component/$path (pack $pack)"
      continue
    fi
    place_of "$directory" "$path" && is_free "$component/$path" || continue
    if [ "$how" = copy ]; then
      cp "$stage/members/$member" "$place"
    else
      mv "$stage/members/$member" "$place"
    fi || {
      damaged "$component/$path: it cannot be written"
      continue
    }
    dress "$mode" "$uid" "$gid" "$mtime" "$component/$path"
    restored=$((restored + 1))
  done <"$stage/work"
  rm -rf "$stage/members"
done <"$stage/packs"

# After the files: what is placed through a link would end somewhere else.
awk -F '\t' '$7 == "symlink"' "$stage/files" >"$stage/links"
while IFS=$tab read -r _ _ _ _ component path _ _ uid gid mtime link directory; do
  place_of "$directory" "$path" && is_free "$component/$path" || continue
  case $link in
    *\\*)
      link=$(printf '%bx' "$link")
      link=$\{link%x}
      ;;
  esac
  ln -s -- "$link" "$place" || {
    damaged "$component/$path: it cannot be made"
    continue
  }
  { [ "$owners" = no ] || chown -h "$uid:$gid" "$place"; } && {
    touch -h -d "@$mtime" "$place" 2>/dev/null || touch -h -d "@$\{mtime%.*}" "$place"
  } || damaged "$component/$path: its owner or time"
done <"$stage/links"

# Last, and from within: what is placed in a directory changes its time.
awk '{ lines[NR] = $0 } END { for (at = NR; at > 0; at--) print lines[at] }' \
  "$stage/directories" >"$stage/inner-first"
while IFS=$tab read -r _ _ _ _ component path _ mode uid gid mtime _ directory; do
  place_of "$directory" "$path" && is_inside "$component/$path" || continue
  [ -d "$place" ] && [ ! -L "$place" ] && dress "$mode" "$uid" "$gid" "$mtime" "$component/$path"
done <"$stage/inner-first"

printf '%s files of %s are in %s.\n' "$restored" "$snapshot" "$to"
[ "$lost" -eq 0 ] || exit 1
`.replaceAll('$\\{', '${')
