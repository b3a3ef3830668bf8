"""Fetches one file the way most scripts do: paramiko compares what it gets with the size that it was told before."""

import os
import sys

import paramiko

host, port, connection, remote, local = sys.argv[1:6]
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect(
    host,
    port=int(port),
    username=connection,
    password=os.environ["WARDGATE_TEST_TOKEN"],
    look_for_keys=False,
    allow_agent=False,
)
with client.open_sftp() as sftp:
    sftp.get(remote, local)
client.close()
