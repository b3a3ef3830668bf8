"""Fetches one file the way most scripts do: paramiko compares what it gets with the size that it was told before."""

import sys

from paramiko_login import connected

host, port, connection, remote, local = sys.argv[1:6]
client = connected(host, port, connection)
with client.open_sftp() as sftp:
    sftp.get(remote, local)
client.close()
