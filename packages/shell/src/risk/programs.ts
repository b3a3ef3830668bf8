import type { ShellRiskFactor } from './factors'

const names: Readonly<Partial<Record<ShellRiskFactor, string>>> = {
  'file-destruction':
    'rm rmdir unlink shred srm wipe truncate dd mkfs mke2fs mkswap wipefs blkdiscard fdisk sfdisk parted',
  'privilege-change':
    'sudo su doas pkexec runuser chmod chown chgrp setfacl setcap chattr usermod useradd userdel groupadd groupmod passwd chpasswd visudo newgrp sg capsh setpriv',
  'system-administration':
    'systemctl service reboot shutdown halt poweroff init telinit mount umount swapon swapoff losetup insmod rmmod modprobe sysctl iptables ip6tables nft ufw firewall-cmd ip ifconfig route apt apt-get dpkg yum dnf rpm apk pacman zypper snap flatpak kill killall pkill hostnamectl timedatectl date hwclock',
  persistence:
    'nohup setsid at batch crontab systemd-run tmux screen disown daemonize start-stop-daemon',
  'remote-access':
    'ssh scp sftp rsync curl wget nc ncat netcat socat telnet ftp lftp tftp rlogin rsh rexec dig nslookup host',
  'runs-code':
    'python python2 python3 perl ruby node nodejs php lua tclsh wish Rscript julia deno bun java pwsh osascript make gmake cmake ninja ant gradle mvn cargo go npm npx yarn pnpm pip pip3 gem bundle rake composer ansible ansible-playbook terraform',
  'containers-and-clusters':
    'docker podman nerdctl crictl ctr kubectl oc helm lxc machinectl nsenter chroot unshare bwrap',
}

/** By the name a program goes by: which factors running it shows. */
export const programRisks: ReadonlyMap<string, ShellRiskFactor> = new Map(
  Object.entries(names).flatMap(([factor, list]) =>
    list.split(' ').map((name) => [name, factor as ShellRiskFactor] as const),
  ),
)
