#!/bin/bash
# Writes zoo.cfg and myid from the environment, drops root and becomes the server.
set -euo pipefail

fail() {
  echo "zookeeper: $*" >&2
  exit 1
}

if [ "$(id -u)" = 0 ]; then
  chown -R zookeeper:zookeeper /conf /data /datalog /logs
  exec setpriv --reuid=zookeeper --regid=zookeeper --init-groups "$0" "$@"
fi

if [ ! -e /conf/zoo.cfg ]; then
  {
    echo "dataDir=/data"
    echo "dataLogDir=/datalog"
    echo "tickTime=${ZOO_TICK_TIME:-2000}"
    echo "initLimit=${ZOO_INIT_LIMIT:-5}"
    echo "syncLimit=${ZOO_SYNC_LIMIT:-2}"
    echo "autopurge.snapRetainCount=${ZOO_AUTOPURGE_SNAPRETAINCOUNT:-3}"
    echo "autopurge.purgeInterval=${ZOO_AUTOPURGE_PURGEINTERVAL:-0}"
    echo "maxClientCnxns=${ZOO_MAX_CLIENT_CNXNS:-60}"
    echo "standaloneEnabled=${ZOO_STANDALONE_ENABLED:-true}"
    echo "admin.enableServer=${ZOO_ADMINSERVER_ENABLED:-true}"
    echo "4lw.commands.whitelist=${ZOO_4LW_COMMANDS_WHITELIST:-srvr}"
    for server in ${ZOO_SERVERS:-"server.1=localhost:2888:3888;2181"}; do
      [[ $server == server.*=*";"* ]] || fail "ZOO_SERVERS: '$server' lacks the client port; write server.N=host:2888:3888;2181"
      echo "$server"
    done
    for line in ${ZOO_CFG_EXTRA:-}; do echo "$line"; done
  } > /conf/zoo.cfg.new
  mv /conf/zoo.cfg.new /conf/zoo.cfg
fi

# A member that comes up with another one's data would vote twice.
if [ -s /data/myid ]; then
  [ -z "${ZOO_MY_ID:-}" ] || [ "$(cat /data/myid)" = "$ZOO_MY_ID" ] ||
    fail "/data belongs to member $(cat /data/myid), but ZOO_MY_ID is $ZOO_MY_ID; give this member its own data or an empty directory"
else
  echo "${ZOO_MY_ID:-1}" > /data/myid
fi

# JVMFLAGS is a list of words; the last -Xmx wins.
# shellcheck disable=SC2086
exec java -cp "/usr/share/java/*" "-Xmx${ZK_SERVER_HEAP:-512}m" -XX:+ExitOnOutOfMemoryError \
  -XX:ErrorFile=/logs/hs_err_%p.log -Dzookeeper.log.dir=/logs -Dorg.slf4j.simpleLogger.logFile=System.out \
  -Dorg.slf4j.simpleLogger.showDateTime=true "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ" \
  ${JVMFLAGS:-} org.apache.zookeeper.server.quorum.QuorumPeerMain /conf/zoo.cfg
