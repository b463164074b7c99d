"""The Debian package: made, looked at, and installed and run in a clean root, its unit by the systemd of that root, where one can be
made (root, mmdebstrap, a mirror).

    package_test.py CPACK BUILD_DIR PROGRAM
"""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from longwire import HOUSE, SKIPPED, Rows

CPACK, BUILD, PROGRAM = sys.argv[1:4]
UNIT = 'usr/lib/systemd/system/longwire@.service'
FILES = {'usr/bin/longwire', 'usr/share/man/man1/longwire.1.gz', 'usr/share/bash-completion/completions/longwire',
         'usr/share/doc/longwire/README.md', 'usr/share/doc/longwire/copyright', 'usr/share/doc/longwire/changelog.gz', UNIT,
         'usr/lib/sysusers.d/longwire.conf'}


def run(*command, **more):
    return subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace',
                          stdin=subprocess.DEVNULL, **{'timeout': 120, **more})


def shown(command):
    """What a command says; a command that fails, fails the test."""
    done = run(*command)
    assert done.returncode == 0, '%s: %s' % (' '.join(map(str, command)), done.stdout)
    return done.stdout


@contextlib.contextmanager
def booted(root):
    """Runs commands inside, where its systemd is the first process; None where it did not come up."""
    alone = ['unshare', '--fork', '--pid', '--mount', '--cgroup', '--uts', '--ipc', '--net']
    boot = subprocess.Popen([*alone, 'bash', HOUSE / 'tests/boot_root.sh', root], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    first = Path('/proc/%d/task/%d/children' % (boot.pid, boot.pid))

    def inside(*command):
        return run('nsenter', '--all', '--root', '--wd', '--target', first.read_text(encoding='ascii').strip(), *command, timeout=60)

    try:
        until = time.monotonic() + 30
        up = False
        while not up and boot.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
            up = first.read_text(encoding='ascii') != '' and re.match('running|degraded', inside('systemctl', 'is-system-running').stdout)
        yield inside if up else None
    finally:
        for child in first.read_text(encoding='ascii').split() if boot.poll() is None else ():
            os.kill(int(child), signal.SIGKILL)
        boot.wait(timeout=30)


def unit_values(path):
    """{key: [values]} of a unit's sections, in order."""
    values = {}
    for key, value in re.findall(r'^(\w+)=(.*)$', Path(path).read_text(encoding='utf8'), re.M):
        values.setdefault(key, []).append(value)
    return values


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = Path(cls.scratch.name)
        shown([CPACK, '--config', Path(BUILD) / 'CPackConfig.cmake', '-B', cls.folder])
        [cls.package] = cls.folder.glob('*.deb')
        cls.tree, cls.control = cls.folder / 'tree', cls.folder / 'control'
        shown(['dpkg-deb', '--extract', cls.package, cls.tree])
        shown(['dpkg-deb', '--control', cls.package, cls.control])

    def field(self, name):
        return shown(['dpkg-deb', '--field', self.package, name]).strip()

    def test_its_name_tells_version_and_architecture(self):
        architecture = shown(['dpkg', '--print-architecture']).strip()
        version = shown([PROGRAM, '--version']).split()[1]
        self.assertEqual(self.package.name, 'longwire_%s_%s.deb' % (version, architecture))
        self.assertEqual((self.field('Package'), self.field('Version'), self.field('Architecture')), ('longwire', version, architecture))

    def test_everything_stands_where_debian_wants_it(self):
        self.assertEqual({p.relative_to(self.tree).as_posix() for p in self.tree.rglob('*') if p.is_file()}, FILES)
        for line in shown(['dpkg-deb', '--contents', self.package]).splitlines():
            mode, owner = line.split()[:2]
            self.assertEqual(owner, 'root/root', line)
            self.assertEqual(mode, 'drwxr-xr-x' if mode[0] == 'd' else '-rwxr-xr-x' if '/bin/' in line else '-rw-r--r--', line)

    def test_it_depends_on_what_the_program_is_linked_with(self):
        needed = {name.split()[0] for name in self.field('Depends').split(',')}
        for library in ('libc6', 'libpcap0.8', 'libsqlite3-0', 'libssl3', 'libseccomp2'):
            self.assertTrue(any(name.startswith(library) for name in needed), '%s in %s' % (library, needed))

    def test_the_man_page_and_the_licence_can_be_read(self):
        page = shown(['gzip', '--decompress', '--stdout', self.tree / 'usr/share/man/man1/longwire.1.gz'])
        self.assertEqual(page, (HOUSE / 'man/longwire.1').read_text(encoding='utf8'))
        words = lambda text: ' '.join(text.replace('\n .\n', '\n').split())
        licence = (HOUSE / 'LICENSE').read_text(encoding='utf8').split('\n', 4)[4]
        self.assertIn(words(licence), words((self.tree / 'usr/share/doc/longwire/copyright').read_text(encoding='utf8')))

    def test_what_dpkg_runs_is_a_script_without_faults(self):
        for name in ('postinst', 'prerm', 'postrm'):
            self.assertTrue(os.access(self.control / name, os.X_OK), name)
            shown(['sh', '-n', self.control / name])

    def test_the_unit_gives_the_least(self):
        values = unit_values(self.tree / UNIT)
        [start] = values['ExecStart']
        self.assertTrue(start.startswith('/usr/bin/longwire capture -i %i -o /var/lib/longwire/%i.db '), start)
        self.assertEqual(values['AmbientCapabilities'] + values['CapabilityBoundingSet'], ['CAP_NET_RAW'] * 2)
        for key, value in {'NoNewPrivileges': 'yes', 'ProtectSystem': 'strict', 'StateDirectory': 'longwire', 'MemoryMax': '1G',
                           'Restart': 'on-failure', 'User': 'longwire'}.items():
            self.assertEqual(values[key], [value])
        told = run(PROGRAM, 'capture', '--help', cwd=self.folder)
        if 'Usage: longwire capture' in told.stdout:
            for option in re.findall(r'--[a-z-]+', start):
                self.assertIn(option, told.stdout)

    def test_systemd_understands_the_unit(self):
        if not shutil.which('systemd-analyze'):
            self.skipTest('systemd-analyze is not installed')
        unit = self.folder / 'longwire@.service'
        unit.write_text((self.tree / UNIT).read_text(encoding='utf8').replace('/usr/bin/longwire', str(self.tree / 'usr/bin/longwire')))
        done = run('systemd-analyze', 'verify', '--man=no', self.folder / 'longwire@eth0.service')
        self.assertEqual([line for line in done.stdout.splitlines() if 'longwire' in line], [])
        done = run('systemd-analyze', 'security', '--offline=true', '--threshold=20', unit)
        if 'unrecognized option' not in done.stdout:
            self.assertEqual(done.returncode, 0, done.stdout[-200:])  # exposed to 2.0 of 10 at most

    def test_in_a_clean_root_it_is_installed_and_runs(self):
        if os.geteuid() != 0 or not shutil.which('mmdebstrap'):
            self.skipTest('needs root and mmdebstrap')
        release = re.search(r'^VERSION_CODENAME=(\w+)', Path('/etc/os-release').read_text(encoding='utf8'), re.M)
        root = self.folder / 'root'
        needed = ','.join(name.split()[0] for name in [*self.field('Depends').split(','), 'systemd'])
        # Asked to end, not killed: it has file systems mounted there.
        made = run('timeout', '500', 'mmdebstrap', '--mode=root', '--variant=apt', '--include=' + needed, release.group(1), root, timeout=600)
        if made.returncode != 0:
            self.skipTest('no clean root could be made: ' + made.stdout.strip().splitlines()[-1])
        shutil.copy(self.package, root / 'longwire.deb')
        shutil.copy(HOUSE / 'samples/shop.pcapng', root / 'shop.pcapng')
        self.assertFalse((root / 'usr/bin/longwire').exists())
        shown(['chroot', root, 'dpkg', '--install', '/longwire.deb'])
        self.assertRegex(shown(['chroot', root, 'longwire', '--version']), r'^longwire \d')
        self.assertIn('/usr/sbin/nologin', shown(['chroot', root, 'getent', 'passwd', 'longwire']))
        shown(['chroot', '--userspec=longwire:longwire', root, 'longwire', 'analyze', '/shop.pcapng', '-o', '/tmp/shop.db'])
        with Rows(root / 'tmp/shop.db') as rows:
            self.assertEqual(len(rows('http_exchanges')), 56)
        self.assertIn('Connections', shown(['chroot', root, 'longwire', 'report', '/tmp/shop.db']))
        with booted(root) as inside:
            self.runs_as_unit(inside)
        shown(['chroot', root, 'dpkg', '--purge', 'longwire'])
        self.assertFalse((root / 'usr/bin/longwire').exists())

    def runs_as_unit(self, inside):
        if inside is None:
            print('its unit was not tried: the systemd of the clean root does not come up here')
            return
        ask = ('longwire query $(ls /var/lib/longwire/lo-*.db) "SELECT count(*) AS n FROM connections WHERE server_port = 9" --format csv')
        done = inside('systemctl', 'start', 'longwire@lo')
        self.assertEqual(done.returncode, 0, done.stdout)
        time.sleep(1)
        # Nobody listens there: each is refused.
        inside('bash', '-c', 'for i in 1 2 3; do : > /dev/tcp/127.0.0.1/9; done')
        until = time.monotonic() + 10
        while (told := inside('bash', '-c', ask).stdout) != 'n\n3\n' and time.monotonic() < until:
            time.sleep(0.2)
        self.assertEqual(told, 'n\n3\n')
        self.assertRegex(inside('ls', '-l', '/var/lib/longwire').stdout, r'-rw-r----- 1 longwire longwire +\d+ .* lo-\w+\.db\n')
        self.assertEqual(inside('systemctl', 'stop', 'longwire@lo').returncode, 0)
        shown = inside('systemctl', 'show', '-p', 'Result,ExecMainStatus,ActiveState', 'longwire@lo').stdout.split()
        self.assertEqual(sorted(shown), ['ActiveState=inactive', 'ExecMainStatus=0', 'Result=success'])
        self.assertEqual(inside('bash', '-c', 'ls /var/lib/longwire').stdout.count('\n'), 1, 'one file is left')


if __name__ == '__main__':
    missing = [tool for tool in ('dpkg-deb', 'dpkg-shlibdeps', 'gzip') if not shutil.which(tool)]
    if missing:
        print('skipped: %s is not installed' % ', '.join(missing))
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
