#!/usr/bin/env bash
# Boots the systemd of a root folder, in namespaces of its own: boot_root.sh ROOT, as root, under
#   unshare --fork --pid --mount --cgroup --uts --ipc --net
# It ends when its first process is killed; of what is mounted nothing is left then.
set -euo pipefail
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc none "$root/proc"
mount -t sysfs none "$root/sys"
mount -t tmpfs none "$root/run"
mount -t tmpfs none "$root/tmp"
mount -t cgroup2 none "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755,dev none "$root/dev"
for device in null:3 zero:5 full:7 random:8 urandom:9; do mknod --mode=666 "$root/dev/${device%:*}" c 1 "${device#*:}"; done
mknod --mode=666 "$root/dev/tty" c 5 0
mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue" "$root/dev/hugepages"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 none "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ip link set lo up
mkdir -p "$root/old"
cd "$root"
pivot_root . old
umount --lazy /old
exec env -i container=longwire PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=multi-user.target --show-status=no
