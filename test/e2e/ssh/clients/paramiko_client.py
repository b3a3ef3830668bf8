"""A command, a file up and down, and a refusal, as paramiko sees them."""

import sys

from paramiko_login import connected

host, port, connection, folder = sys.argv[1:5]
client = connected(host, port, connection)
stdin, stdout, stderr = client.exec_command("cat; echo err >&2; exit 5")
stdin.write("in")
stdin.channel.shutdown_write()
print(stdout.read().decode(), stderr.read().decode().strip(), stdout.channel.recv_exit_status())

with client.open_sftp() as sftp:
    path = f"{folder}/paramiko"
    with sftp.open(path, "w") as file:
        file.write("x" * 100_000)
    print(sftp.stat(path).st_size)
    with sftp.open(path, "r") as file:
        file.prefetch()
        print(len(file.read()))
    sftp.posix_rename(path, f"{path}-2")
    print("paramiko-2" in sftp.listdir(folder))
    sftp.remove(f"{path}-2")
    try:
        sftp.stat(path)
    except FileNotFoundError as error:
        print("gone", error.errno)
client.close()
