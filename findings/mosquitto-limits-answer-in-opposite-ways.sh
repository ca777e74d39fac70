#!/bin/bash
# mosquitto 2.0.11 (Debian 12): its two limits for what a client sends answer in opposite ways.
#
#   message_size_limit   the message is dropped. An MQTT 3.1.1 publisher gets an ordinary PUBACK all the same and believes that
#                        the broker has it; an MQTT 5 publisher is told (reason 149, packet too large). mosquitto_pub ends
#                        with 0 in both cases.
#   memory_limit         nothing is dropped in silence: the broker breaks the connection of the client that publishes while the
#                        memory is used up, without an answer. That is whoever speaks next, not the client that filled it.
#                        A retained message that is emptied gives its memory back to the others.
#
# What follows for a system with unattended senders: a limit of size must also be known to the sender, and a memory limit is no
# fence between clients.
#
# Seen: 30 Nov 2026. Needs apt-get with the Debian 12 archive. Ends with 0 while the broker still behaves so.
set -euo pipefail
version=2.0.11-1.2+deb12u2
folder=$(mktemp -d)
broker=
trap '[[ -z $broker ]] || kill "$broker" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"

for package in "mosquitto=$version" "mosquitto-clients=$version" "libmosquitto1=$version" libcjson1 libdlt2 libwrap0 libnsl2 libtirpc3; do
  apt-get -q download "$package" >/dev/null 2>&1 || { echo "cannot download $package" >&2; exit 2; }
done
for archive in *.deb; do dpkg-deb -x "$archive" tree; done
export LD_LIBRARY_PATH=$folder/tree/usr/lib/x86_64-linux-gnu:$folder/tree/lib/x86_64-linux-gnu
export PATH=$folder/tree/usr/sbin:$folder/tree/usr/bin:$PATH

# serve SETTING — a broker of its own on a loopback port, with one setting more.
serve() {
  [[ -z $broker ]] || { kill "$broker"; wait "$broker" 2>/dev/null || true; }
  port=$((20000 + RANDOM % 20000))
  printf 'listener %d 127.0.0.1\nallow_anonymous true\n%s\n' "$port" "$1" >conf
  mosquitto -c conf >broker.log 2>&1 &
  broker=$!
  for _ in $(seq 100); do
    if mosquitto_pub -p "$port" -t ready -n 2>/dev/null; then return; fi
    sleep 0.05
  done
  echo 'the broker did not start' >&2; exit 2
}

# publish VERSION BYTES TOPIC — prints the answer of the broker and the exit status of mosquitto_pub.
publish() {
  local status=0
  head -c "$2" /dev/zero | tr '\0' x >payload
  timeout 10 mosquitto_pub -d -V "$1" -p "$port" -q 1 -r -t "$3" -f payload >said 2>&1 || status=$?
  printf '%s exit %d\n' "$(sed -n 's/.*received PUBACK (Mid: [0-9]*, RC:\([0-9]*\)).*/PUBACK \1/p' said | tail -n 1)" "$status"
}

retained() { timeout 2 mosquitto_sub -p "$port" -t '#' -F '%t' 2>/dev/null | sort | xargs || true; }

# expect WHAT WANTED SEEN
expect() {
  printf '%-58s %s\n' "$1" "$3"
  [[ $2 == "$3" ]] || { printf 'was: %s\n' "$2" >&2; exit 1; }
}

{ mosquitto -h || true; } | head -n 1
serve 'message_size_limit 1000'
expect 'size limit, 3.1.1, 500 bytes'               'PUBACK 0 exit 0'   "$(publish mqttv311 500 a)"
expect 'size limit, 3.1.1, 2000 bytes'              'PUBACK 0 exit 0'   "$(publish mqttv311 2000 b)"
expect 'size limit, 5, 2000 bytes'                  'PUBACK 149 exit 0' "$(publish mqttv5 2000 c)"
expect 'what the broker has'                        'a'                 "$(retained)"
serve 'memory_limit 1000000'
expect 'memory limit, the first 300 kB'             'PUBACK 0 exit 0'   "$(publish mqttv311 300000 a)"
expect 'memory limit, the second'                   'PUBACK 0 exit 0'   "$(publish mqttv311 300000 b)"
expect 'memory limit, another client that comes next' ' exit 7'         "$(publish mqttv311 300000 c)"
expect 'what the broker has'                        'a b'               "$(retained)"
mosquitto_pub -p "$port" -q 1 -r -t a -n
expect 'after one was emptied'                      'PUBACK 0 exit 0'   "$(publish mqttv311 300000 c)"
expect 'what the broker has'                        'b c'               "$(retained)"
