"""A paramiko client that a connection lets in, its host key taken as it comes."""

import os

import paramiko


def connected(host, port, connection):
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
    return client
