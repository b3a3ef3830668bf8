"""Sends what no well-meant client would, and prints one line of JSON about each: its outcome as the client sees it."""

import json
import sys

import paramiko
from paramiko_login import connected

host, port, connection, file = sys.argv[1:5]


def tell(name, **outcome):
    print(json.dumps({"name": name, **outcome}), flush=True)


def finish(channel):
    channel.settimeout(20)
    error = b""
    while chunk := channel.recv_stderr(65536):
        error += chunk
    status = channel.recv_exit_status()
    channel.close()
    return {"status": status, "stderr": error.decode(errors="replace")}


client = connected(host, port, connection)
transport = client.get_transport()
with open(file, encoding="utf8") as texts:
    for text in json.load(texts):
        channel = transport.open_session()
        channel.exec_command(text.encode("utf8", "surrogatepass"))
        channel.shutdown_write()
        tell("exec", text=text, **finish(channel))


def request(name, *arguments):
    """A request of a session that is opened for it; whether it is granted."""
    with connected(host, port, connection) as other:
        try:
            getattr(other.get_transport().open_session(), name)(*arguments)
            return True
        except paramiko.SSHException:
            return False


def open_channel(kind, *arguments):
    with connected(host, port, connection) as other:
        try:
            other.get_transport().open_channel(kind, *arguments, timeout=20)
            return True
        except (paramiko.SSHException, EOFError):
            return False


tell("tun", granted=open_channel("tun@openssh.com"))
tell("direct-streamlocal", granted=open_channel("direct-streamlocal@openssh.com"))
tell("x11-channel", granted=open_channel("x11", None, ("127.0.0.1", 1)))
tell("session-of-another-kind", granted=open_channel("session@evil"))
tell("x11", granted=request("request_x11"))
tell("terminal-type", granted=request("get_pty", "$(touch /tmp/pwned)"))
tell("subsystem", granted=request("invoke_subsystem", "netconf"))


def raw(kind, wants_reply, *fields):
    """A channel request byte by byte, in a session of its own."""
    channel = transport.open_session()
    message = paramiko.Message()
    message.add_byte(paramiko.common.cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string(kind)
    message.add_boolean(wants_reply)
    for field in fields:
        message.add_string(field)
    transport._send_user_message(message)
    return channel


channel = raw("exec", False, "rm x")
tell("exec-without-reply", **finish(channel))

for name in ["LD_PRELOAD", "BASH_ENV", "ENV", "PROMPT_COMMAND", "GIT_SSH_COMMAND", "PAGER", "PYTHONSTARTUP", "LC_X"]:
    # It asks for no answer: what came of it shows at the target.
    channel = transport.open_session()
    channel.set_environment_variable(name, "/tmp/x.so")
    channel.exec_command("echo environment")
    tell("environment", **finish(channel))
client.close()
