# doc/openapi.yaml (as JSON) against the route table, and answers against it.

def deref($doc):
    if type == "object" and has("$ref") then
        (.["$ref"] | ltrimstr("#/") | split("/")) as $at |
        (reduce $at[] as $k ($doc; .[$k])) | deref($doc)
    else . end;

# Every $ref leads somewhere.
def dangling($doc):
    [$doc | .. | objects | select(has("$ref")) | .["$ref"]] | unique | .[] |
    (ltrimstr("#/") | split("/")) as $at |
    select((reduce $at[] as $k ($doc; .[$k]?)) == null) | "dangling " + .;

# Our routes and the document say the same about names.
def against_routes($doc; $routes):
    $routes[] | . as $r | (.method | ascii_downcase) as $m |
    "\(.method) \(.path)" as $name |
    $doc.paths[.path][$m] as $op |
    if $op == null then "\($name) is not documented" else
        ([$op.parameters[]? | deref($doc) | select(.in == "query")]) as $q |
        ([$q[].name]) as $have |
        ([$r.fields[] | select(.query and ($r.body == "none")) | .name])
            as $want |
        (($want - $have)[] | "\($name): parameter \(.) is missing"),
        (($have - [$r.fields[] | select(.query) | .name])[] |
            "\($name): there is no parameter \(.)"),
        ($r.fields[] | select(.query and .required and
            $r.body == "none") | .name as $f |
            select([$q[] | select(.name == $f and .required)] == []) |
            "\($name): parameter \($f) is required"),
        (if $r.body == "none" then
            (select($op.requestBody != null) | "\($name) takes no body")
        else
            ($op.requestBody // {} | deref($doc) | .content // {}) as $c |
            (if $r.body == "form" then "multipart/form-data"
                else "application/json" end) as $type |
            ($c[$type].schema // {} | deref($doc) | .properties // {} |
                keys) as $props |
            ([$r.fields[] | select(.body) | .name]) as $fields |
            (($fields - $props)[] | "\($name): field \(.) is missing"),
            (($props - [$r.fields[].name])[] |
                "\($name): there is no field \(.)")
        end),
        (select(($r.open | not) and $op.responses["401"] == null) |
            "\($name): 401 is not documented"),
        (select($r.fields != [] and $op.responses["400"] == null) |
            "\($name): 400 is not documented"),
        ($op.operationId // "\($name) has no operationId" |
            select(contains(" ")))
    end;

def twice($doc):
    [$doc.paths[][] | .operationId? // empty] | group_by(.)[] |
    select(length > 1) | "operationId \(.[0]) twice";

def type_ok($t):
    type as $is |
    [$t] | flatten | any(. == $is or
        (. == "integer" and $is == "number") or
        (. == "number" and $is == "number"));

# What of the value breaks the schema; the part of JSON Schema that we use.
def breaks($doc; $schema; $at):
    . as $v | ($schema | deref($doc)) as $s |
    if ($s | type) != "object" then empty else
        (select($s.type != null and ($v | type_ok($s.type) | not)) |
            "\($at) is no \($s.type)"),
        (select($s | has("const")) | select($v != $s.const) |
            "\($at) is not \($s.const)"),
        (select($s.enum != null) |
            select([$s.enum[] == $v] | any | not) |
            "\($at) \($v) is none of \($s.enum)"),
        (select($s.pattern != null and ($v | type) == "string") |
            select($v | test($s.pattern) | not) |
            "\($at) \($v) does not match \($s.pattern)"),
        (select($s.format == "date-time" and ($v | type) == "string") |
            select($v | test("^[0-9-]{10}T[0-9:]{8}(\\.[0-9]+)?Z$") | not) |
            "\($at) \($v) is no time"),
        (select(($v | type) == "object") |
            (($s.required // [])[] as $k | select($v | has($k) | not) |
                "\($at).\($k) is missing"),
            (($s.properties // {}) as $p | $v | to_entries[] |
                .key as $k |
                if $p[$k] != null then
                    .value | breaks($doc; $p[$k]; "\($at).\($k)")
                elif $s.additionalProperties == false then
                    "\($at).\($k) is not documented"
                else empty end)),
        (select(($v | type) == "array" and $s.items != null) |
            $v[:20] | to_entries[] | .key as $i | .value |
            breaks($doc; $s.items; "\($at)[\($i)]"))
    end;

# One answer: {method, path, status, type, body}; body null if no JSON.
def answer_breaks($doc):
    . as $a | "\(.method) \(.path) \(.status)" as $name |
    $doc.paths[.path][.method | ascii_downcase].responses[.status | tostring]
        as $r |
    if $r == null then "\($name) is not documented" else
        ($r | deref($doc) | .content // {}) as $c |
        ($a.type | split(";")[0] // "") as $type |
        if $c[$type] == null then
            (select($type != "") | "\($name) is \($type)")
        else
            (select($a.body != null and $c[$type].schema != null) |
                $a.body | breaks($doc; $c[$type].schema; "\($name) body"))
        end
    end;
