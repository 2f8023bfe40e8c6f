"""As much of JSON Schema as the API's document uses: says where a value is not what its schema promises."""

import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
KNOWN = {"type", "required", "properties", "items", "enum", "const", "pattern", "format", "$ref", "description",
         "additionalProperties", "anyOf", "minimum", "maximum"}


def is_of(value, kind):
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[kind])


def resolve(schema, document):
    while "$ref" in schema:
        found = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        schema = found
    return schema


def wrong(value, schema, document, place="answer"):
    """The first place where value does not fit, in words; "" when it does."""
    schema = resolve(schema, document)
    unknown = set(schema) - KNOWN
    if unknown:
        return f"{place}: the checker does not know {sorted(unknown)}"
    kinds = schema.get("type")
    if kinds is not None:
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if not any(is_of(value, kind) for kind in kinds):
            return f"{place} is {value!r:.80}, not {' or '.join(kinds)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{place} is {value!r:.80}, none of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        return f"{place} is {value!r:.80}, not {schema['const']!r}"
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return f"{place} is {value!r:.80}, not like {schema['pattern']}"
        if schema.get("format") == "date-time" and not DATE_TIME.match(value):
            return f"{place} is {value!r:.80}, no time"
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                return f"{place} has no {name}"
        for name, inner in schema.get("properties", {}).items():
            if name in value and (found := wrong(value[name], inner, document, f"{place}.{name}")):
                return found
    if isinstance(value, list) and schema.get("items"):
        for at, one in enumerate(value):
            if found := wrong(one, schema["items"], document, f"{place}[{at}]"):
                return found
    return ""
