#!/usr/bin/env python3
"""Provenance of a build: an in-toto statement with a SLSA 1.0 predicate. Not signed; nothing is read from the network.

usage: provenance.py write --source URL --commit ID --command TEXT --java VERSION --maven VERSION --builder URI
                           --started TIME --sbom FILE ARTIFACT...     prints the statement
       provenance.py check --commit ID --archive FILE STATEMENT ARTIFACT...
                           exits with 1 if a digest, the commit, or a library of the archive is missing or differs
"""
import argparse
import hashlib
import json
import sys
import tarfile
import uuid
from datetime import datetime, timezone
from pathlib import Path

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
# One commit, built by Maven as in `command`: see "A release" in config/deploy/README.md.
BUILD_TYPE = "tag:stillgate.dev,2026:build/distribution/v1"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def write(options):
    """Returns the statement about the artifacts. Libraries of the project itself are part of the source."""
    libraries = [
        {"uri": component["purl"], "digest": {"sha256": one["content"]}}
        for component in json.loads(Path(options.sbom).read_text())["components"]
        for one in component.get("hashes", [])
        if one["alg"] == "SHA-256" and component.get("group") != "dev.stillgate"
    ]
    source = {"uri": f"git+{options.source}@{options.commit}", "digest": {"gitCommit": options.commit}}
    return {
        "_type": STATEMENT,
        "subject": [{"name": Path(file).name, "digest": {"sha256": sha256(Path(file).read_bytes())}} for file in options.artifacts],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"source": source["uri"], "command": options.command},
                "internalParameters": {"java": options.java, "maven": options.maven},
                "resolvedDependencies": [source] + sorted(libraries, key=lambda library: library["uri"]),
            },
            "runDetails": {
                "builder": {"id": options.builder},
                "metadata": {
                    "invocationId": str(uuid.uuid4()),
                    "startedOn": options.started,
                    "finishedOn": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
                },
            },
        },
    }


def check(options):
    """Yields what is wrong with a statement about an archive and other artifacts."""
    statement = json.loads(Path(options.statement).read_text())
    if (statement["_type"], statement["predicateType"]) != (STATEMENT, PREDICATE):
        yield "it is of another type"
    subjects = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
    for file in [options.archive] + options.artifacts:
        if subjects.pop(Path(file).name, None) != sha256(Path(file).read_bytes()):
            yield f"the digest of {file} differs"
    if subjects:
        yield f"unexpected subjects {sorted(subjects)}"
    dependencies = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
    if dependencies[0]["digest"] != {"gitCommit": options.commit}:
        yield "the commit differs"
    known = {dependency["digest"].get("sha256") for dependency in dependencies}
    with tarfile.open(options.archive) as archive:
        libraries = 0
        for member in archive:
            name = Path(member.name).name
            if name.endswith(".jar") and not name.startswith("stillgate-"):
                libraries += 1
                if sha256(archive.extractfile(member).read()) not in known:
                    yield f"{name} is not among the dependencies"
        if not libraries:
            yield "the archive has no libraries"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    writer = verbs.add_parser("write")
    for option in ("source", "commit", "command", "java", "maven", "builder", "started", "sbom"):
        writer.add_argument("--" + option, required=True)
    writer.add_argument("artifacts", nargs="+")
    checker = verbs.add_parser("check")
    checker.add_argument("statement")
    for option in ("commit", "archive"):
        checker.add_argument("--" + option, required=True)
    checker.add_argument("artifacts", nargs="*")
    options = parser.parse_args()
    if options.verb == "write":
        json.dump(write(options), sys.stdout, indent=2)
        print()
        return 0
    problems = list(check(options))
    for problem in problems:
        print(f"{options.statement}: {problem}", file=sys.stderr)
    return 1 if problems else 0


sys.exit(main())
