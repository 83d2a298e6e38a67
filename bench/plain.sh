#!/usr/bin/env bash
# The same cluster by hand: what a careful person would script with docker, ssh and curl, nothing else.
#
#   plain.sh up FOLDER     makes it and waits until it is ready
#   plain.sh down FOLDER   removes it
#
# FOLDER is written by first-light.ts from the state of a running stack, so both make the same containers:
#   settings             shell variables: network, addresses, ports
#   volumes, seeds       one line each: name; name of the image store and of the volume that is filled from it
#   containers           one line each: where it runs ("here" or a core machine), its name
#   container/NAME@WHERE one folder a container: `words`, the arguments of `docker create`, quoted for a shell; files/, put into it
#   ssh-key, ca.pem      the way in
set -euo pipefail
here=$2
# shellcheck source=/dev/null
. "$here/settings"
# Words for `timeout`: no wait is without a limit.
limit=${limit_seconds:-180}

remote() {
  local address=$1
  shift
  ssh -i "$here/ssh-key" -o BatchMode=yes -o ConnectTimeout=5 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
    -o LogLevel=ERROR -o ControlMaster=auto -o ControlPath="$here/%h.sock" -o ControlPersist=60 "drover@$address" "$@"
}

files_of() {
  (cd "$1/files" && find . -type f -print0 | tar --null --owner=0 --group=0 -T - -cf -)
}

# make WHERE NAME: creates the container, puts its files in, starts it.
make() {
  local folder="$here/container/$2@$1"
  local script
  script="docker create $(cat "$folder/words") >/dev/null && docker cp - $2:/ && docker start $2 >/dev/null"
  if [ "$1" = here ]; then files_of "$folder" | sh -c "$script"; else files_of "$folder" | remote "$1" "$script"; fi
}

# Layers are never written in place, so a store's copy is hard links.
seed() {
  docker run --rm --network none -v "$volumes_folder:/volumes" "$machine_image" sh -c \
    "cp -al /volumes/$1/_data/overlay2 /volumes/$2/_data/ && cp -a /volumes/$1/_data/image /volumes/$2/_data/"
}

# Runs a command until it succeeds. Each job of a group is waited for on its own, so that a failure is not lost.
until_true() {
  local end=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "plain.sh: not so after $limit s: $*" >&2; return 1; }
    sleep 0.2
  done
}
await() {
  local job
  for job in "$@"; do wait "$job"; done
}

# The volume that slaves mount before their agent starts.
share() {
  local first=${core%% *} address bricks=() copies=()
  for address in $core; do
    until_true remote "$address" sudo gluster pool list
    remote "$address" sudo mkdir -p "$brick_folder"
    [ "$address" = "$first" ] || until_true remote "$first" sudo gluster --mode=script peer probe "$address"
    bricks+=("$address:$brick_folder")
  done
  [ "$replicas" = 1 ] || copies=(replica "$replicas")
  until_true remote "$first" sudo gluster --mode=script volume create "$shared_volume" "${copies[@]}" "${bricks[@]:0:$replicas}" force
  remote "$first" sudo gluster --mode=script volume start "$shared_volume" >/dev/null
}

machine_answers() { remote "$1" docker version; }
member_serves() { exec 3<>"/dev/tcp/$1/2181" && printf srvr >&3 && grep -q ^Mode: <&3; }
master_elected() { curl -fsS -m 3 "http://$1:5050/metrics/snapshot" | grep -q '"master[\\]*/elected": *1'; }
some_master_elected() { for address in $core; do master_elected "$address" && return 0; done; return 1; }
marathon_led() { curl -fsS -m 3 "http://$1:8080/v2/leader"; }
chronos_led() { curl -fsS -m 3 "http://$1:4400/v1/scheduler/leader"; }
slaves_registered() { [ "$(curl -fsSL -m 3 "http://${core%% *}:5050/slaves" | grep -o '"active": *true' | wc -l)" = "$slaves" ]; }
name_known() {
  node -e 'const r = new (require("dns").promises.Resolver)({timeout: 1000, tries: 1}); r.setServers([process.argv[1]]);
    r.resolve4(process.argv[2]).catch(() => process.exit(1))' "$1" "$2"
}
door_open() {
  curl -fsS -m 3 --cacert "$here/ca.pem" --resolve "$domain:$https_port:127.0.0.1" "https://$domain:$https_port/_drover/health"
}

up() {
  docker network create --subnet "$subnet" --gateway "$gateway" "$network" >/dev/null
  xargs -a "$here/volumes" -n1 docker volume create >/dev/null
  local jobs=() where name store volume address
  while read -r store volume; do seed "$store" "$volume" & jobs+=($!); done <"$here/seeds"
  await "${jobs[@]}"

  jobs=()
  while read -r where name; do [ "$where" != here ] || { make here "$name" & jobs+=($!); }; done <"$here/containers"
  await "${jobs[@]}"

  jobs=()
  for address in $core; do
    until_true machine_answers "$address" &
    jobs+=($!)
  done
  await "${jobs[@]}"

  jobs=()
  while read -r where name; do [ "$where" = here ] || { make "$where" "$name" & jobs+=($!); }; done <"$here/containers"
  [ -z "$shared_volume" ] || { share & jobs+=($!); }
  await "${jobs[@]}"

  for address in $core; do until_true member_serves "$address"; done
  until_true some_master_elected
  for address in $core; do until_true marathon_led "$address"; done
  for address in $core; do until_true chronos_led "$address"; done
  until_true slaves_registered
  for address in $core; do
    until_true name_known "$address" "marathon.$domain"
    until_true name_known "$address" leader.mesos
  done
  until_true door_open
}

down() {
  while read -r where name; do [ "$where" != here ] || echo "$name"; done <"$here/containers" | xargs docker rm -fv >/dev/null
  docker network rm "$network" >/dev/null
  xargs -a "$here/volumes" docker volume rm >/dev/null
}

"$1"
