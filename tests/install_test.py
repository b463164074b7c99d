"""`cmake --install` puts the program and what belongs to it in place, and what it ships agrees with --help.

    install_test.py CMAKE BUILD_DIR PROGRAM
"""
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CMAKE, BUILD, PROGRAM = sys.argv[1:4]
HOUSE = Path(__file__).resolve().parent.parent
COMMANDS = ['analyze', 'capture', 'query', 'report', 'interfaces']


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, timeout=60)


def long_options(text):
    return set(re.findall(r'(?<![\w-])--[a-z][a-z-]+', text))


def options_of(command):
    """Long options that `longwire COMMAND --help` explains: those that begin a line."""
    told = run(PROGRAM, command, '--help')
    assert told.returncode == 0, told.stdout
    return set(re.findall(r'^\s+(?:-\w(?:,| \[)? ?)?(--[a-z][a-z-]+)', told.stdout, re.M))


def completions(*words):
    """What bash offers for the last of WORDS."""
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _longwire; printf "%s\\n" "${COMPREPLY[@]}"'
    return run('bash', '-c', script, 'bash', str(HOUSE / 'completion/longwire.bash'), 'longwire', *words).stdout.split()


class Install(unittest.TestCase):
    def test_everything_stands_where_it_belongs(self):
        with tempfile.TemporaryDirectory() as place:
            done = run(CMAKE, '--install', BUILD, '--prefix', place)
            self.assertEqual(done.returncode, 0, done.stdout)
            found = {p.relative_to(place).as_posix() for p in Path(place).rglob('*') if p.is_file()}
            self.assertEqual(found, {'bin/longwire', 'share/man/man1/longwire.1', 'share/bash-completion/completions/longwire',
                                     'share/doc/longwire/LICENSE', 'share/doc/longwire/README.md'})
            version = run(place + '/bin/longwire', '--version')
            self.assertEqual(version.returncode, 0)
            self.assertRegex(version.stdout, r'^longwire \d+\.\d+')

    def test_completion_offers_the_commands(self):
        self.assertLessEqual(set(COMMANDS), set(completions('')))
        self.assertEqual(completions('an'), ['analyze'])

    def test_completion_offers_the_options_of_each_command(self):
        for command in COMMANDS:
            self.assertEqual(set(completions(command, '--')), options_of(command), command)

    def test_man_page_explains_the_options_of_each_command(self):
        page = (HOUSE / 'man/longwire.1').read_text(encoding='utf8')
        for command in COMMANDS:
            section = re.search(r'^\.Ss %s\n(.*?)(?=^\.S[sh] |^Every command)' % command, page, re.M | re.S).group(1)
            told = {'--' + name for line in re.findall(r'^\.It .*', section, re.M) for name in re.findall(r'Fl -([a-z-]+)', line)}
            self.assertEqual(told | {'--help'}, options_of(command), command)

    def test_the_environment_that_is_read_is_told(self):
        read = {name for path in sorted(HOUSE.glob('cli/*.cpp')) for name in re.findall(r'getenv\("(\w+)"\)', path.read_text(encoding='utf8'))}
        self.assertLessEqual({'NO_COLOR', 'COLUMNS', 'TERM'}, read)
        page, readme = ((HOUSE / name).read_text(encoding='utf8') for name in ('man/longwire.1', 'README.md'))
        for name in read:
            self.assertIn('.It Ev %s\n' % name, page)
            self.assertIn('`%s`' % name, readme)

    def test_formats_and_what_is_made_harmless_in_them_are_told_everywhere(self):
        texts = [run(PROGRAM, 'query', '--help').stdout, *((HOUSE / name).read_text(encoding='utf8') for name in ('man/longwire.1', 'README.md'))]
        for text in texts:
            for word in ('table', 'csv', 'json', 'ndjson', 'markdown', 'spreadsheet', 'standard input'):
                self.assertIn(word, text)

    def test_readme_explains_the_options_of_each_command(self):
        readme = long_options((HOUSE / 'README.md').read_text(encoding='utf8'))
        for command in COMMANDS:
            self.assertLessEqual(options_of(command), readme, command)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
