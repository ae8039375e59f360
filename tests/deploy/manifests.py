"""Checks Kubernetes' manifests, and prints all of them as one JSON array.

    manifests.py VERSION SCHEMAS FILE...

What Kubernetes knows is held against its own schemas of that version, without fields that they don't know. Other kinds are held
against SCHEMAS/<kind>.json; with WHISPER_CRDS, the folder of the operators' CustomResourceDefinitions, against those.
"""

import json
import os
import pathlib
import sys

import jsonschema
import kubernetes_validate
import yaml


def strict(schema):
    """A CRD's schema that refuses fields which it doesn't know, as `kubectl` does."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: strict(part) for name, part in schema.items()}
    if made.get("x-kubernetes-int-or-string") is True:
        made.pop("type", None)
    open_ended = made.get("x-kubernetes-preserve-unknown-fields") is True
    if isinstance(made.get("properties"), dict) and made.get("type") == "object" and not open_ended:
        made.setdefault("additionalProperties", False)
    return made


def definitions(folder):
    """The schemas of a folder of CRDs, by API version and kind."""
    found = {}
    for file in sorted(pathlib.Path(folder).glob("*.yaml")):
        for crd in yaml.safe_load_all(file.read_text()):
            spec = crd["spec"]
            for version in spec["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema
    return found


def check(document, version, schemas, crds):
    """The mistakes of a manifest, each with its place."""
    kind = document["kind"]
    try:
        kubernetes_validate.validate(document, version, strict=True)
        return []
    except kubernetes_validate.ValidationError as e:
        return [f"{'.'.join(map(str, e.path))}: {e.message}"]
    except kubernetes_validate.SchemaNotFoundError:
        pass
    schema = crds.get((document["apiVersion"], kind))
    if schema is None:
        file = pathlib.Path(schemas, f"{kind}.json")
        if crds or not file.exists():
            return ["there is no schema of it"]
        schema = json.loads(file.read_text())
    errors = jsonschema.Draft202012Validator(schema).iter_errors(document)
    return [f"{'.'.join(map(str, e.path))}: {e.message}" for e in errors]


def main(version, schemas, *files):
    crds = definitions(os.environ["WHISPER_CRDS"]) if "WHISPER_CRDS" in os.environ else {}
    documents, mistakes = [], []
    for file in files:
        for document in yaml.safe_load_all(pathlib.Path(file).read_text()):
            documents.append(document)
            name = f"{file}: {document['kind']} {document['metadata']['name']}"
            mistakes += [f"{name}: {mistake}" for mistake in check(document, version, schemas, crds)]
    if mistakes:
        sys.exit("\n".join(mistakes))
    json.dump(documents, sys.stdout)


main(*sys.argv[1:])
