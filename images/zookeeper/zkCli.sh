#!/bin/sh
# ZooKeeper's own client, for people: zkCli.sh -server 10.0.0.1:2181 ls /mesos
exec java -cp "/usr/share/java/*" -Xmx64m -Dorg.slf4j.simpleLogger.defaultLogLevel=off \
  org.apache.zookeeper.ZooKeeperMain "$@"
