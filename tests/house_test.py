"""The house rules that a compiler does not check: who may include what, names, and that the README tells the truth.

    python3 tests/house_test.py            all rules
    python3 tests/house_test.py --tables   prints the README's tables of limits, questions and findings, from the code
"""
import collections
import re
import sys
import unittest
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ['capture', 'reassembly', 'dissectors', 'storage', 'cli']  # data flows right, includes point left

# Headers of others that only some files may name, as patterns of paths.
CONFINED = {
    r'pcap(/\w+)?\.h': r'capture/',
    r'openssl/.*': r'dissectors/(tls|certificate)',
    r'sqlite3\.h': r'storage/',
    r'idn2\.h': r'dissectors/idna',
    r'(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier)': r'cli/pipeline',
    # Beside the pipeline: a signal handler's maps, memory that any thread may let go of, one count that all workers add to.
    r'atomic': r'cli/pipeline|capture/(mapped_file|stream_feed)|dissectors/body_files',
    r'(ctime|time\.h|sys/time\.h)': r'cli/',  # packet time only; a clock moves nothing but the progress line
}

ABOUT_300, DISSECTOR_MOST = 350, 500  # lines: more wants a second noun


def sources():
    for room in ROOMS:
        for path in sorted((HOUSE / room).rglob('*')):
            if path.suffix in ('.h', '.cpp'):
                yield room, path.relative_to(HOUSE).as_posix(), path.read_text(encoding='utf8')


def without_comments(code):
    return re.sub(r'//[^\n]*|/\*.*?\*/', '', code, flags=re.S)


def limits():
    """[(name, value, unit, reason)] of capture/limits.h."""
    code = without_comments((HOUSE / 'capture/limits.h').read_text(encoding='utf8'))
    code = re.sub(r'std::uint64_t\{(\d+)\}', r'\1', code)
    text = r'((?:"[^"]*"\s*)+)'
    found = re.findall(r'inline constexpr Limit \w+\{\s*' + text + r',\s*([\d<<* +\']+?),\s*' + text + r',\s*' + text + r'\}', code)
    literal = lambda parts: ''.join(re.findall(r'"([^"]*)"', parts))
    return [(literal(n), eval(v.replace("'", ''), {}), literal(u), literal(r)) for n, v, u, r in found]


def table(heading):
    """The rows below a README heading's first table, as lists of cells without backticks."""
    readme = (HOUSE / 'README.md').read_text(encoding='utf8')
    section = re.search(r'^#+ ' + re.escape(heading) + r'\n(.*?)(?=^#+ |\Z)', readme, re.M | re.S)
    lines = [line for line in section.group(1).splitlines() if line.startswith('|')]
    return [[cell.strip().replace('`', '') for cell in line.strip('|').split('|')] for line in lines[2:]]


def limits_table():
    rows = ['| Limit | Value | Unit | What and why |', '|---|---:|---|---|']
    return rows + ['| `%s` | %s | %s | %s |' % (n, format(v, ','), u, r) for n, v, u, r in limits()]


def questions():
    """[(view, the question it answers)] of storage/views."""
    first_line = lambda path: path.read_text(encoding='utf8').split('\n', 1)[0]
    return [(path.stem, first_line(path).removeprefix('-- ')) for path in sorted((HOUSE / 'storage/views').glob('*.sql'))]


def findings():
    """[(kind, severity, the question it answers)] of storage/findings."""
    out = []
    for path in sorted((HOUSE / 'storage/findings').glob('*.sql')):
        text = path.read_text(encoding='utf8')
        severity = re.search(r"'(error|warning|note)' AS severity,\n  '%s' AS kind," % path.stem, text)
        out.append((path.stem, severity and severity.group(1), text.split('\n', 1)[0].removeprefix('-- ')))
    return out


def findings_table():
    return ['| Kind | Severity | Question |', '|---|---|---|'] + ['| `%s` | %s | %s |' % row for row in findings()]


def questions_table():
    return ['| View | Question |', '|---|---|'] + ['| `%s` | %s |' % row for row in questions()]


def anomaly_codes():
    """Literals of the form `protocol.what` in the rooms that make anomalies."""
    codes = set()
    for room, name, code in sources():
        if room in ('capture', 'reassembly', 'dissectors') and name != 'capture/limits.h':
            codes |= set(re.findall(r'"([a-z][a-z0-9]*(?:\.[a-z][a-z0-9_]*)+)"', re.sub(r'#include[^\n]*', '', without_comments(code))))
    return codes


class House(unittest.TestCase):
    maxDiff = None

    def test_includes_point_left(self):
        wrong = []
        for room, name, code in sources():
            for included in re.findall(r'#\s*include\s+"([^"]+)"', code):
                to = included.split('/')[0]
                if to not in ROOMS:
                    wrong.append('%s includes "%s", which stands in no room' % (name, included))
                elif ROOMS.index(to) > ROOMS.index(room):
                    wrong.append('%s includes "%s", which stands to its right' % (name, included))
        self.assertEqual(wrong, [])

    def test_storage_sees_of_the_dissectors_only_the_rows(self):
        allowed = r'dissectors/(row|rows|row_batch|rows/\w+)\.h$'
        wrong = [(name, included) for room, name, code in sources() if room == 'storage'
                 for included in re.findall(r'#\s*include\s+"(dissectors/[^"]+)"', code) if not re.match(allowed, included)]
        self.assertEqual(wrong, [])

    def test_headers_of_others_stay_where_they_belong(self):
        wrong = []
        for room, name, code in sources():
            for included in re.findall(r'#\s*include\s+<([^>]+)>', code):
                for header, where in CONFINED.items():
                    if re.fullmatch(header, included) and not re.match(where, name):
                        wrong.append('%s includes <%s>' % (name, included))
        self.assertEqual(wrong, [])

    def test_no_clock_but_the_packets(self):
        # But one: of a live capture the packet clock is the system's.
        clocks = r'system_clock|steady_clock|high_resolution_clock|gettimeofday|clock_gettime|\btime\((?:nullptr|NULL|0)\)'
        wrong = [name for room, name, code in sources() if room != 'cli' and name != 'capture/live_source.cpp' and re.search(clocks, without_comments(code))]
        self.assertEqual(wrong, [])

    def test_each_cmake_library_links_the_rooms_to_its_left(self):
        for room in ROOMS:
            cmake = (HOUSE / room / 'CMakeLists.txt').read_text(encoding='utf8')
            linked = re.search(r'target_link_libraries\(%s PUBLIC ([^)]*?)(?:PRIVATE|\))' % room, cmake).group(1).split()
            for other in set(linked) & set(ROOMS):
                self.assertLess(ROOMS.index(other), ROOMS.index(room), '%s links %s' % (room, other))

    def test_each_test_in_python_is_run(self):
        run = (HOUSE / 'tests/CMakeLists.txt').read_text(encoding='utf8')
        self.assertEqual([p.name for p in sorted((HOUSE / 'tests').glob('*_test.py')) if p.name not in run], [])

    def test_names_say_what_things_are(self):
        empty = r'(common|utils?|helpers?|misc|managers?)'
        for room, name, code in sources():
            for part in Path(name).with_suffix('').parts:
                self.assertNotRegex(part, r'(^|_)%s$' % empty, name)
            self.assertNotRegex(without_comments(code), r'(class|struct)\s+\w*(Manager|Helper|Utils?)\b', name)

    def test_a_name_means_one_thing(self):
        """Two types of one name in two headers would break the one-definition rule without a word from the compiler."""
        where = collections.defaultdict(set)
        for room, name, code in sources():
            if name.endswith('.h'):
                for kind in re.findall(r'^(?:class|struct|enum class|enum|using) (\w+)(?: final)?(?: *:[^;{]*)? *[{=]', without_comments(code), re.M):
                    where[kind].add(name)
        self.assertEqual({kind: files for kind, files in where.items() if len(files) > 1}, {})

    def test_headers_begin_with_what_they_are(self):
        for room, name, code in sources():
            if name.endswith('.h'):
                self.assertTrue(code.startswith('// '), '%s does not begin with a comment' % name)
                self.assertIn('#pragma once', code, name)

    def test_files_have_one_noun(self):
        long = []
        for room, name, code in sources():
            lines, most = code.count('\n'), DISSECTOR_MOST if room == 'dissectors' else ABOUT_300
            if lines > most:
                long.append('%s has %d lines' % (name, lines))
        self.assertEqual(long, [])

    def test_each_view_begins_with_the_question_it_answers(self):
        self.assertTrue(questions())
        for view, question in questions():
            self.assertRegex(question, r'^[A-Z].*\?$', view)
            self.assertIn('CREATE VIEW %s ' % view, (HOUSE / 'storage/views' / (view + '.sql')).read_text(encoding='utf8'))

    def test_what_an_sql_file_says_fits_a_line(self):
        wide = 132  # characters: the limits of C++ are clang-format's
        lines = [(path.name, line) for path in sorted((HOUSE / 'storage').rglob('*.sql')) for line in path.read_text(encoding='utf8').splitlines()]
        self.assertEqual([(name, line) for name, line in lines if line.startswith('--') and len(line) > wide], [])

    def test_readme_has_every_limit(self):
        self.assertGreater(len(limits()), 10)
        self.assertEqual(len(limits()), (HOUSE / 'capture/limits.h').read_text(encoding='utf8').count('inline constexpr Limit '))
        told = [(n, int(v.replace(',', '')), u, r) for n, v, u, r in table('Limits')]
        self.assertEqual(told, [(n, v, u, r.replace('`', '')) for n, v, u, r in limits()])

    def test_readme_has_every_question(self):
        self.assertEqual([tuple(row) for row in table('Questions')], questions())

    def test_each_finding_has_its_kind_and_stands_in_the_union(self):
        union = (HOUSE / 'storage/views/findings.sql').read_text(encoding='utf8')
        self.assertEqual(re.findall(r' FROM finding_(\w+)', union), [kind for kind, _, _ in findings()])
        for kind, severity, question in findings():
            self.assertIsNotNone(severity, kind)
            self.assertRegex(question, r'^[A-Z].*\?$', kind)
            self.assertIn('CREATE VIEW finding_%s ' % kind, (HOUSE / 'storage/findings' / (kind + '.sql')).read_text(encoding='utf8'))

    def test_readme_has_every_finding(self):
        self.assertEqual([tuple(row) for row in table('Findings')], [tuple(x.replace('`', '') for x in row) for row in findings()])

    def test_readme_has_every_anomaly(self):
        told = {code for row in table('Anomalies') for code in row[0].split(', ')}
        made = anomaly_codes()
        self.assertEqual(sorted(made - told), [], 'made by the code, not in the README')
        self.assertEqual(sorted(told - made), [], 'in the README, not made by the code')


if __name__ == '__main__':
    if sys.argv[1:] == ['--tables']:
        print('\n'.join(limits_table() + [''] + questions_table() + [''] + findings_table()))
    else:
        unittest.main()
