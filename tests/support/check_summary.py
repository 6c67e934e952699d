# SPDX-License-Identifier: Apache-2.0
# Checks summaries against the JSON Schema: check_summary.py SCHEMA SUMMARY... Exit 77: no jsonschema here.
import json
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
bad = 0
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as file:
        summary = json.load(file, parse_constant=lambda word: sys.exit(f"{name}: {word} is not JSON"))
    for error in validator.iter_errors(summary):
        print(f"{name}: {error.json_path}: {error.message[:400]}")
        bad = 1
sys.exit(bad)
