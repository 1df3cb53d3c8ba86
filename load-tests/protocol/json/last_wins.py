"""Parses bodies that the gateway accepted with Python's json, which keeps the last of two members with equal names.

Compares the documents. Standard input has lines of a body in base64 and its canonical form (CanonicalJson.java).
"""

import base64
import json
import struct
import sys


def number(value):
    try:
        nearest = float(value)
    except OverflowError:
        nearest = float("inf") if value > 0 else float("-inf")
    return "#" + struct.pack(">d", nearest + 0.0).hex()


def units(text):
    encoded = text.encode("utf-16-be", "surrogatepass")
    return [encoded[i] << 8 | encoded[i + 1] for i in range(0, len(encoded), 2)]


def plain(unit):
    return unit < 128 and chr(unit).isalnum()


def text(value):
    return '"' + "".join(chr(u) if plain(u) else "\\%04x" % u for u in units(value)) + '"'


def canonical(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return "[" + "".join(canonical(each) + "," for each in value if each is not None) + "]"
    names = sorted((name for name in value if value[name] is not None), key=units)
    return "{" + "".join(text(name) + ":" + canonical(value[name]) + "," for name in names) + "}"


def main():
    sys.set_int_max_str_digits(0)
    read = different = 0
    for line in sys.stdin:
        body, expected = line.split()
        read += 1
        plain_body = base64.b64decode(body)
        try:
            got = canonical(json.loads(plain_body.decode("utf-8")))
        except ValueError as e:
            got = repr(e)
        if got != expected:
            different += 1
            print("differs:", plain_body, "\n ", expected, "\n ", got, file=sys.stderr)
    print("python: %d bodies read, %d differ" % (read, different))
    return 0 if read and not different else 1


sys.exit(main())
