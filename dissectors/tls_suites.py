"""Makes tls_suites.cpp: the names of TLS cipher suites, from the tools that know them.

    python3 dissectors/tls_suites.py > dissectors/tls_suites.cpp

IANA's registry is the source of the names; OpenSSL tells those it can speak, tshark the others, and the few that were
in use without ever being registered. Where both know a suite they must agree.
"""
import re
import subprocess


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main():
    names = {}
    for line in run('tshark', '-G', 'values').splitlines():
        fields = line.split('\t')
        if fields[:2] == ['V', 'tls.handshake.ciphersuite'] and ' ' not in fields[3]:
            names[int(fields[2], 0)] = fields[3]
    for high, low, name in re.findall(r'0x(..),0x(..) - (\S+)', run('openssl', 'ciphers', '-V', '-stdname', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0')):
        code = int(high + low, 16)
        if names.setdefault(code, name) != name:
            raise SystemExit('0x%04x: %s or %s?' % (code, names[code], name))
    print('// Made by tls_suites.py; do not edit.')
    print('#include "dissectors/tls_names.h"\n\nnamespace longwire {\nnamespace {\n\nconstexpr TlsName suites[] = {')
    for code, name in sorted(names.items()):
        print('    {0x%04x, "%s"},' % (code, name))
    print('};\n\n}  // namespace\n\nstd::span<const TlsName> tls_suites() {\n  return suites;\n}\n\n}  // namespace longwire')


if __name__ == '__main__':
    main()
